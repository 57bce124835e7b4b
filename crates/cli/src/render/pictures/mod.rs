//! Predictions drawn on their pictures, one room per task.

pub mod bottom_up;
pub mod classification;
pub mod file;
pub mod segmentation;
mod style;
pub mod top_down;

pub use style::{OPACITY, QUALITY};
