//! Sizes, random streams, 8-bit pictures and atomic files, for every crate of the workspace.
//!
//! Invariants: no framework, no data set, nothing that knows a network; small, and staying small.

pub mod atomic;
mod image8;
pub mod rng;
mod size;

pub use image8::{Image8, PictureError};
pub use size::Size;
