//! From predictions to figures: keypoint AP, grouping of joints into people, and mean `IoU`.
//!
//! Plain arrays in, numbers out: this crate knows neither a tensor framework nor a data loader.
//! [`keypoints`] scores poses, [`grouping`] makes people of the heatmaps and tags of a whole
//! picture, [`semantic`] scores label maps, [`classification`] counts classes of pictures,
//! [`ranking`] compares two orders of networks, [`resampling`] tells how far a figure can be trusted.
//!
//! ```
//! use scalenas_eval::ranking::{kendall, regret};
//!
//! let (shared, alone) = ([0.42, 0.47, 0.51], [0.61, 0.66, 0.64]);
//! assert_eq!(kendall(&shared, &alone), Some(1.0 / 3.0));
//! assert!(regret(&shared, &alone, 1).is_some_and(|lost| (lost - 0.02).abs() < 1e-9));
//! ```
//!
//! Invariants: no output depends on the order of threads, and no file is ever half-written.

pub mod classification;
mod error;
pub mod grouping;
pub mod keypoints;
pub mod ranking;
pub mod resampling;
pub mod semantic;

pub use scalenas_coco::{CocoResult, PERSON_CATEGORY, results};

pub use error::{Error, Result};
pub use keypoints::{
    AREA_NAMES, CountStats, CrowdPoseEvaluator, CrowdPoseStats, DistanceStats, JOINT_THRESHOLD,
    KeypointEvaluation, KeypointEvaluator, KeypointStats, NMS_THRESHOLD, NOT_COMPUTED,
    PoseCandidate, ResultRules, Results, SOFT_KEEP, Sigmas, SizeOf, Suppression, count_people,
    evaluate_keypoints, finish, joint_distances, oks, oks_nms, rescore, soft_oks_nms,
};
