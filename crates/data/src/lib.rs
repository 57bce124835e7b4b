//! Data sets, transforms and codecs; plain arrays, no framework.
//!
//! Each task has a room with its data set, augmentation and batch: [`top_down`] (crops of people),
//! [`bottom_up`] (whole pictures with their people), [`segmentation`] (pictures with a class per
//! pixel) and [`classification`] (a class per picture). They share [`pictures`] (affine maps, warping, broken files) and [`loader`] (batches
//! ahead of time). [`synth`] writes pictures that take the same path.
//!
//! ```
//! use scalenas_data::{Direction, Size, crop_affine};
//!
//! // A box of 150x200 pixels around (320, 240) becomes a crop of 96x128.
//! let (crop, scale) = (Size::new(128, 96), [150.0 / 200.0, 200.0 / 200.0]);
//! let map = crop_affine([320.0, 240.0], scale, 0.0, crop, Direction::Forward);
//! assert_eq!(map.apply([320.0, 240.0]).map(f64::round), [48.0, 64.0]);
//! assert_eq!(map.apply([245.0, 140.0]).map(f64::round), [0.0, 0.0]);
//! ```
//!
//! Invariants: pictures stay `u8` until they are on the device; every random draw comes from a
//! stream named by (seed, purpose, epoch, index), so that a batch depends on nothing else; sizes
//! are [`Size`]s, a pair stands for `(height, width)`.

pub mod bottom_up;
pub mod check;
pub mod classification;
mod error;
pub mod facts;
mod files;
mod framing;
pub mod loader;
pub mod pictures;
pub mod segmentation;
pub mod synth;
pub mod top_down;

pub use scalenas_base::{Image8, PictureOptions, Size};

pub use classification::{ClassificationAugment, ClassificationDataset, ClassificationFacts};
pub use error::{Error, Result};
pub use facts::KeypointFacts;
pub use files::{BoxSource, DataFiles, Part, PartFiles, held_out};
pub use framing::Framing;
pub use loader::{BatchLoader, BatchPart, BatchSource, LoaderConfig, Order, Remainder, Samples};
pub use pictures::{
    Affine, Appearance, BadImages, Direction, Mirror, Reading, SkippedImage, crop_affine,
    warp_bilinear,
};
pub use segmentation::{SegmentationDataset, SegmentationFacts, WholePictures};
pub use top_down::{
    Augmentation, BoxCrop, BoxPadding, Decoded, HeatmapCodec, PersonBox, TopDownAugment,
    TopDownBatch, TopDownDataset, annotation_boxes, detection_boxes, training_people,
};
