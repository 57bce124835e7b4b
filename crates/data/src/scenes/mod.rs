//! Whole pictures with many people, for networks that find all of them at once.
//!
//! [`targets`] encodes heatmaps and tag positions, [`ignored`] the regions that do not count,
//! [`vary`] draws how a picture is varied, [`dataset`] makes batches of it all, [`view`] says how a
//! picture is looked at when predicting.
//!
//! Source: the HigherHRNet reference.

pub mod dataset;
pub mod ignored;
pub mod targets;
pub mod vary;
pub mod view;

pub use dataset::{Anybody, Scene, SceneBatch, SceneDataset, Scenes};
pub use ignored::ignored_pixels;
pub use targets::{SceneMaps, TagPositions, encode};
pub use vary::{Fit, SceneAugment, SceneCrop};
pub use view::SceneView;
