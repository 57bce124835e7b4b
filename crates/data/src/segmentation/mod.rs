//! Semantic segmentation: pictures with a class for every pixel.
//!
//! [`facts`] says which classes there are and how files are named, [`files`] finds the pictures,
//! [`labels`] reads and maps the classes, [`crop`] draws and cuts crops, [`dataset`] makes batches
//! and whole pictures of them, [`weights`] weighs classes by how rare they are.
//!
//! Source: Cityscapes' layout and the HRNet reference's augmentation.

pub mod crop;
pub mod dataset;
pub mod facts;
pub mod files;
pub mod labels;
pub mod weights;

pub use crop::{Crop, CropAugment};
pub use dataset::{SegmentationBatch, SegmentationDataset, WholePicture, WholePictures};
pub use facts::{Class, FileNames, SegmentationFacts};
pub use files::{LabelledPicture, find, read_list};
pub use labels::{IGNORED, LabelMap};
pub use weights::class_weights;
