//! Bottom-up pose: whole pictures, whose people are found all at once and told apart by tags.
//!
//! [`scenes`] lists pictures with their people, [`augment`] draws how a picture is varied,
//! [`targets`] encodes heatmaps and tag positions, [`ignored`] finds the pixels that do not count,
//! [`dataset`] makes batches of crops, [`view`] resizes whole pictures for prediction.
//!
//! Source: the HigherHRNet reference.

pub mod augment;
pub mod dataset;
mod fit;
pub mod ignored;
mod mask;
pub mod scenes;
pub mod targets;
pub mod view;

pub use augment::{BottomUpAugment, SceneCrop};
pub use dataset::{BottomUpBatch, BottomUpDataset, STRIDES};
pub use fit::Fit;
pub use ignored::ignored_pixels;
pub use scenes::{Scene, SceneFilter, Scenes};
pub use targets::{TagPositions, TargetMaps, encode};
pub use view::SceneView;
