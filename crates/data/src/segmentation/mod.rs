//! Semantic segmentation: pictures with a class per pixel.
//!
//! [`facts`] lists classes and the names of files, [`files`] finds the pictures, [`labels`] reads
//! and maps the classes, by values or colours, [`augment`] draws crops, [`crop`] cuts them, [`dataset`] makes batches,
//! [`whole`] reads whole pictures, [`weights`] weighs classes by how rare they are.
//!
//! Source: Cityscapes' layout and the HRNet reference's augmentation.

pub mod augment;
mod coding;
pub mod crop;
pub mod dataset;
pub mod facts;
pub mod files;
pub mod labels;
pub mod list;
mod pictures;
mod positions;
pub mod weights;
pub mod whole;

pub use augment::SegmentationAugment;
pub use coding::{LabelCoding, Labelling};
pub use crop::Crop;
pub use dataset::{SegmentationBatch, SegmentationDataset};
pub use facts::{Class, FileNames, SegmentationFacts};
pub use files::{LabelledPicture, find};
pub use labels::{IGNORED, LabelMap};
pub use list::read_list;
pub use positions::look_like_positions;
pub use weights::class_weights;
pub use whole::{WholePicture, WholePictures};
