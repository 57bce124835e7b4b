//! Synthetic data sets: people in the layout of COCO, streets in the layout of Cityscapes.
//!
//! They are read as the real data sets are, and need no download. A picture depends on (seed, part,
//! number) alone: more pictures leave the others unchanged, and the same configuration writes the
//! same bytes.

mod limits;
mod people;
mod street;

pub use people::{Summary, SynthConfig, write_pose};
pub use street::{StreetConfig, write_streets};
