//! Semantic segmentation: class scores to labels, labels to confusion, confusion to `IoU`.
//!
//! Source: HRNet reference and Cityscapes evaluation: the label 255 is ignored, scores are
//! upsampled bilinearly to the size of the labels before the best class is taken.

mod confusion;
mod predict;
mod sum;
mod taps;
mod windows;

pub use confusion::{Confusion, IGNORED_LABEL, SemanticStats, resampled_mean_iou};
pub use predict::{ClassScores, predict_covered, predict_labels};
pub use sum::ProbabilitySum;
pub use taps::Span;
pub use windows::windows;
