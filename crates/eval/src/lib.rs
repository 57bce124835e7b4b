//! From predictions to figures: OKS, rescoring, NMS, COCO results and AP; confusion and `IoU`.
//!
//! [`grouping`] makes people of the heatmaps and tags of a whole picture.
//!
//! Plain arrays in, numbers out: this crate knows neither a tensor framework nor a data loader.
//! The way of a pose: [`PoseCandidate`]s of all boxes → [`rescore`] → [`oks_nms`] (or
//! [`soft_oks_nms`]) → [`CocoResult`]s ([`finish`] does the three) → [`results::write`] →
//! [`evaluate_keypoints`] or [`CrowdPoseEvaluator`]. Segmentation goes through [`semantic`].
//!
//! Matching is done by the `hotcoco` engine; the figures equal those of the COCO evaluator to
//! 1e-9. Invariants: no output depends on the order of threads, and no file is ever half-written.

mod candidate;
mod counting;
mod crowdpose;
mod error;
mod finish;
pub mod grouping;
mod keypoints;
mod oks;
pub mod semantic;
mod sigmas;
mod source;
mod suppression;
mod truth;

pub use scalenas_coco::{CocoResult, PERSON_CATEGORY, results};

pub use candidate::{JOINT_THRESHOLD, PoseCandidate, rescore};
pub use counting::{CountStats, count_people};
pub use crowdpose::{CrowdPoseEvaluator, CrowdPoseStats};
pub use error::{Error, Result};
pub use finish::{ResultRules, finish};
pub use keypoints::{
    AREA_NAMES, KeypointEvaluation, KeypointEvaluator, KeypointStats, NOT_COMPUTED,
    evaluate_keypoints,
};
pub use oks::oks;
pub use sigmas::Sigmas;
pub use source::Results;
pub use suppression::{NMS_THRESHOLD, SOFT_KEEP, Suppression, oks_nms, soft_oks_nms};
