//! Heads, one file per task.

mod all;
mod bottom_up;
mod classification;
mod head;
mod prediction;
mod segmentation;
mod top_down;

pub(crate) use all::Heads;
pub use prediction::Prediction;
