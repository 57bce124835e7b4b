//! Synthetic pictures of shapes in a folder per class: a classification data set without a download.
//!
//! A picture shows one shape of any colour, size and angle before a ground of gradients and blots.

mod draw;
mod shape;
mod write;

pub use write::{ShapeConfig, write_shapes};
