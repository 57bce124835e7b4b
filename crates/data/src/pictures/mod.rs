//! Pictures of every task: affine maps, warping, mirroring, normalisation, broken files.

mod affine;
mod blend;
mod mirror;
pub mod normalize;
mod skip;
mod warp;

pub use affine::{Affine, Direction, PIXELS_PER_SCALE, crop_affine};
pub use mirror::Mirror;
pub(crate) use mirror::mirror_rows;
pub use skip::{BadImages, Reading, SkippedImage};
pub(crate) use skip::{SkipList, read_sized};
pub use warp::{warp_bilinear, warp_into};
