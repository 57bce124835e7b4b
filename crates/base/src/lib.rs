//! Sizes, random streams, 8-bit pictures, atomic files, locked folders and text of foreign files, for every crate of the workspace.
//!
//! ```
//! use rand::RngExt;
//! use scalenas_base::{Image8, Size, rng};
//!
//! // A stream is named by seed, purpose and indices: it is the same everywhere and at every restart.
//! let draw = || rng::stream(7, "crop", &[3]).random_range(0..100);
//! assert_eq!(draw(), draw());
//! assert_eq!(Image8::black(Size::new(3, 4)).size().to_string(), "3x4");
//! ```
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
