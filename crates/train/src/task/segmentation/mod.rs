//! Segmentation: the class of every pixel.
//!
//! Source: HRNet reference.

mod hard_pixels;
mod held_out;
mod loss;
mod options;
mod predict;
mod training;
mod view;

pub use hard_pixels::HardPixels;
pub use held_out::HeldOut;
pub use loss::{PixelLoss, PixelWeighing};
pub use options::{ClassWeights, PixelOptions};
pub use predict::{SegmentOptions, segment, segment_all};
pub use training::{Target, Training};
