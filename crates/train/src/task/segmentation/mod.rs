//! Segmentation: the class of every pixel.

pub mod loss;
pub mod predict;
