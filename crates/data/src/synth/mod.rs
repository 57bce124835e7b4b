//! Synthetic data sets: people in the layout of COCO, streets in the layout of Cityscapes, shapes in folders of
//! their classes.
//!
//! They are read as the real data sets are, and need no download. A picture depends on (seed, part,
//! number) alone: more pictures leave the others unchanged, and the same configuration writes the
//! same bytes.

mod limits;
mod people;
mod shapes;
mod street;

pub use people::{Summary, SynthConfig, write_pose};
pub use shapes::{ShapeConfig, write_shapes};
pub use street::{StreetConfig, write_streets};
