//! Pictures of every task: affine maps, warping, mirroring, appearance, normalisation, endings, broken files.

mod affine;
mod appearance;
mod blend;
mod ending;
mod mirror;
pub mod normalize;
mod skip;
mod tap;
mod warp;

pub use affine::{Affine, Direction, PIXELS_PER_SCALE, crop_affine};
pub use appearance::Appearance;
pub use ending::{ENDINGS, is_picture};
pub use mirror::Mirror;
pub(crate) use mirror::mirror_rows;
pub use skip::{BadImages, Reading, SkippedImage};
pub(crate) use skip::{SkipList, read_sized};
pub(crate) use tap::Tap;
pub use warp::{warp_bilinear, warp_into};
