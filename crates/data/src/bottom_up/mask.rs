//! Masks of the pixels that take part in the loss.

use scalenas_base::{Image8, Size};

use super::augment::SceneCrop;
use crate::pictures::{Mirror, mirror_rows, warp_into};

/// Mask `[side, side]` of a crop: 1 where pixels count, 0 in the ignored regions of a picture of
/// `size`, which are 255 in `ignored`.
pub(super) fn mask(ignored: &[u8], size: Size, crop: &SceneCrop, side: usize) -> Vec<f32> {
    if ignored.iter().all(|&pixel| pixel == 0) {
        return vec![1.0; side * side];
    }
    let pixels = ignored.iter().flat_map(|&pixel| [pixel; 3]).collect();
    let region = Image8 { width: size.width, height: size.height, pixels };
    let mut warped = vec![0; side * side * 3];
    let square = Size::square(side);
    warp_into(&region, &crop.affine(square), Mirror::No, square, &mut warped);
    mirror_rows(&mut warped, side, crop.mirror);
    let counts = |pixel: &[u8]| if pixel[0] > u8::MAX / 2 { 0.0 } else { 1.0 };
    warped.chunks_exact(3).map(counts).collect()
}
