//! Sizes, random streams, 8-bit pictures, atomic files, locked folders and text of foreign files, for every crate of the workspace.
//!
//! Invariants: no framework, no data set, nothing that knows a network; small, and staying small.

pub mod atomic;
mod image8;
pub mod lock;
pub mod rng;
mod size;
pub mod text;

pub use image8::{Image8, PictureError, PictureOptions};
pub use size::Size;
