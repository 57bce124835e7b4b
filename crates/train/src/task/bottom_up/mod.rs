//! Bottom-up pose: heatmaps and tags of whole pictures, grouped into people.

pub mod loss;
pub mod predict;
