//! Top-down pose: heatmaps of the joints of one person per crop.

pub mod loss;
pub mod predict;
