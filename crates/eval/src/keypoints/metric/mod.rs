//! Keypoint metrics: results matched to annotated people, and the figures of COCO and `CrowdPose`.

mod crowdpose;
mod curves;
mod evaluator;
mod resampled;
mod source;
mod stats;
mod truth;

pub use crowdpose::{CrowdPoseEvaluator, CrowdPoseStats};
pub use curves::{AREA_NAMES, NOT_COMPUTED};
pub use evaluator::{KeypointEvaluation, KeypointEvaluator, evaluate_keypoints};
pub use source::Results;
pub use stats::KeypointStats;
