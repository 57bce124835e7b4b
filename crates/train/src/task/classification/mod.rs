//! Classification: a class per picture.
//!
//! Source: HRNet for image classification; cross-entropy over the classes.

mod held_out;
mod predict;
mod training;

pub use held_out::HeldOut;
pub use predict::{ClassifyOptions, classify_all};
pub use training::{Target, Training};
