//! Associative embedding: from heatmaps and tags of a whole picture to its people.
//!
//! Source: the HigherHRNet reference. Peaks of each heatmap (at most [`Grouping::max_people`] per
//! joint) are assigned, joint after joint, to the people whose mean tag is near; positions move a
//! quarter pixel toward the larger neighbour; joints without a peak are filled from the pixel that
//! fits the person's tag best.
//!
//! Invariants: the result depends on nothing but the maps; cost is at most quadratic in people,
//! and pixels are visited more than once only where a person may have a joint.

mod adjust;
mod assemble;
mod assign;
mod cells;
mod group;
mod maps;
mod peaks;
mod pose;
mod refine;
mod settings;

pub use maps::PredictedMaps;
pub use pose::GroupedPose;
pub use settings::{Grouping, Stage};
