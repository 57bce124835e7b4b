//! Heads, one file per task.

mod bottom_up;
mod head;
mod multitask;
mod prediction;
mod segmentation;
mod top_down;

pub(crate) use head::Head;
pub use prediction::Prediction;
