//! Data sets, transforms and codecs; plain arrays, no framework.
//!
//! The path of a picture: [`scalenas_coco`] reads who is in it, [`people`] turns boxes into crops,
//! [`augment`] draws how a crop is varied, [`affine`] and [`warp`] cut it out, [`codec`] makes
//! its heatmaps (and reads joints back from predicted ones), [`dataset`] and [`loader`] put
//! batches together. [`segmentation`] does the same for pictures with a class for every pixel. [`synth`] writes pictures that take the same path.
//!
//! Invariants: pictures stay `u8` until they are on the device; every random draw comes from a
//! stream named by (seed, purpose, epoch, index), so that a batch depends on nothing else.

pub mod affine;
pub mod augment;
pub mod batch;
pub mod codec;
pub mod dataset;
mod error;
pub mod facts;
pub mod loader;
pub mod normalize;
pub mod people;
pub mod scenes;
pub mod segmentation;
pub mod synth;
pub mod warp;

pub use scalenas_base::Image8;

pub use affine::{Affine, Direction, crop_affine};
pub use augment::{Augment, Augmentation};
pub use batch::PoseBatch;
pub use codec::{Decoded, HeatmapCodec};
pub use dataset::{BadImages, PoseDataset, SkippedImage};
pub use error::{Error, Result};
pub use facts::KeypointFacts;
pub use loader::{BatchLoader, BatchSource, LoaderConfig, Order, Remainder, Samples};
pub use people::{PersonBox, annotation_boxes, detection_boxes, training_people};
pub use segmentation::{SegmentationDataset, SegmentationFacts, WholePictures};
pub use warp::{Mirror, warp_bilinear};
