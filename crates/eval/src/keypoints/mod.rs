//! Keypoints: from candidate poses to results, and from results to AP.
//!
//! Candidates of all boxes are rescored and suppressed within each image ([`finish`]), results are
//! matched to annotated people ([`KeypointEvaluator`], [`CrowdPoseEvaluator`]). Matching is done by
//! the `hotcoco` engine; the figures equal those of the COCO evaluator to 1e-9.

mod candidate;
mod counting;
mod distance;
mod finish;
mod metric;
mod oks;
mod sigmas;
mod suppression;

pub use candidate::{JOINT_THRESHOLD, PoseCandidate, rescore};
pub use counting::{CountStats, count_people};
pub use distance::{DistanceStats, SizeOf, joint_distances};
pub use finish::{ResultRules, finish};
pub use metric::{
    AREA_NAMES, CrowdPoseEvaluator, CrowdPoseStats, KeypointEvaluation, KeypointEvaluator,
    KeypointStats, NOT_COMPUTED, Results, evaluate_keypoints,
};
pub use oks::oks;
pub use sigmas::Sigmas;
pub use suppression::{NMS_THRESHOLD, SOFT_KEEP, Suppression, oks_nms, soft_oks_nms};
