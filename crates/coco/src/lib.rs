//! The COCO format: keypoint annotations, person detections and results.
//!
//! One document and one parser stand behind two checked forms of an annotation file:
//! [`CocoKeypoints`] for training, [`GroundTruth`] for scoring. What each of them tolerates is
//! listed at [`Purpose`]. `CrowdPose` files are read by the same code.
//!
//! ```
//! use scalenas_coco::{CocoResult, PERSON_CATEGORY, results};
//!
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("results.json");
//! let keypoints = vec![[320.5, 240.0, 0.9]; 17];
//! let found =
//!     [CocoResult { image_id: 7, category_id: PERSON_CATEGORY, keypoints, score: 0.9, bbox: None }];
//! results::write(&file, &found)?;
//! assert_eq!(results::read(&file)?, found);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariants: errors name file, entry, key and value; ids of a checked file are unique; results
//! are written whole or not at all.

mod annotations;
pub mod boxes;
mod categories;
mod check;
pub mod detections;
mod error;
mod joints;
mod json;
mod keypoints;
mod notes;
mod purpose;
pub mod results;
mod triples;
mod truth;

pub use annotations::Outline;
pub use categories::{JointCategory, joint_categories};
pub use detections::Detection;
pub use error::{Error, Result};
pub use joints::JointSet;
pub use keypoints::{Annotation, CocoKeypoints, ImageInfo, SizeOf, clip_box};
pub use notes::Note;
pub use purpose::Purpose;
pub use results::CocoResult;
pub use truth::{AnnotatedPerson, AreaSource, GroundTruth, ScoredImage};

/// Category id of a person in COCO and `CrowdPose`.
pub const PERSON_CATEGORY: u64 = 1;

/// Share of the box that a person without a given area is taken to cover (`CrowdPose`).
pub const AREA_OF_BOX: f64 = 0.53;
