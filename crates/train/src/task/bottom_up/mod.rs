//! Bottom-up pose: heatmaps and tags of whole pictures, grouped into people.
//!
//! Source: HigherHRNet reference.

mod held_out;
mod loss;
mod maps;
mod predict;
mod tags;
mod training;

pub use held_out::HeldOut;
pub use loss::masked_mse;
pub use predict::{FoundPeople, SceneOptions, find_people, results};
pub use tags::TagGroups;
pub use training::{MapTargets, Target, Training};
