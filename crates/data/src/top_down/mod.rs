//! Top-down pose: one person per crop, one heatmap per joint.
//!
//! [`people`] turns boxes into crops of a [`BoxCrop`], [`augment`] draws how a crop is varied, [`codec`] makes
//! heatmaps of joints and reads joints back from predicted ones, [`dataset`] makes batches.
//!
//! Source: the HRNet reference.

pub mod augment;
mod batch;
pub mod codec;
mod crop;
pub mod dataset;
mod padding;
pub mod people;

pub use augment::{Augmentation, TopDownAugment};
pub use batch::TopDownBatch;
pub use codec::{Decoded, HeatmapCodec, STRIDE};
pub use dataset::TopDownDataset;
pub use padding::{BoxCrop, BoxPadding};
pub use people::{PersonBox, annotation_boxes, crop_of_box, detection_boxes, training_people};
