//! Heads, one file per task.

mod bottom_up;
mod head;
mod heads;
mod prediction;
mod segmentation;
mod top_down;

pub(crate) use heads::Heads;
pub use prediction::Prediction;
