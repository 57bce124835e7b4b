//! Keypoints: from candidate poses to results, and from results to AP.
//!
//! Candidates of all boxes are rescored and suppressed within each image ([`finish`]), results are
//! matched to annotated people ([`KeypointEvaluator`], [`CrowdPoseEvaluator`]). Matching is done by
//! the `hotcoco` engine; the figures equal those of the COCO evaluator to 1e-9.

mod candidate;
mod counting;
mod crowdpose;
mod curves;
mod distance;
mod evaluator;
mod finish;
mod oks;
mod sigmas;
mod source;
mod stats;
mod suppression;
mod truth;

pub use candidate::{JOINT_THRESHOLD, PoseCandidate, rescore};
pub use counting::{CountStats, count_people};
pub use crowdpose::{CrowdPoseEvaluator, CrowdPoseStats};
pub use curves::{AREA_NAMES, NOT_COMPUTED};
pub use distance::{DistanceStats, SizeOf, joint_distances};
pub use evaluator::{KeypointEvaluation, KeypointEvaluator, evaluate_keypoints};
pub use finish::{ResultRules, finish};
pub use oks::oks;
pub use sigmas::Sigmas;
pub use source::Results;
pub use stats::KeypointStats;
pub use suppression::{NMS_THRESHOLD, SOFT_KEEP, Suppression, oks_nms, soft_oks_nms};
