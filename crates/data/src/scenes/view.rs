//! How a whole picture is looked at when predicting, and the way back.
//!
//! Source: the HigherHRNet reference. The shorter side becomes the network's input, the longer one
//! is rounded up to whole cells of 64 pixels; the picture is stretched around its centre to fit.
//! Fitted by its longer side instead, it lies in a square as training cuts one, and all pictures
//! are looked at in one size.

use crate::affine::PIXELS_PER_SCALE;
use crate::warp::{Mirror, warp_into};
use crate::{Affine, Direction, Image8, crop_affine};

use super::Fit;

/// Sides are multiples of this.
const CELL: usize = 64;
/// Sides of squares are multiples of this, the coarsest stride.
const STRIDE: usize = 32;

/// A picture at the size in which it is predicted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SceneView {
    /// Width and height of what the network sees.
    pub size: (usize, usize),
    center: [f32; 2],
    scale: [f32; 2],
}

impl SceneView {
    /// The view of a picture of (width, height) whose fitted side becomes `input` times `scale`;
    /// `least` is the smallest of all scales that are looked at.
    pub fn new(size: (usize, usize), input: usize, scale: f64, least: f64, fit: Fit) -> Self {
        match fit {
            Fit::Shorter => Self::covering(size, input, scale, least),
            Fit::Longer => Self::inside(size, input, scale),
        }
    }

    /// The picture in a square, as [`SceneCrop`](super::SceneCrop) cuts it.
    fn inside(size: (usize, usize), input: usize, scale: f64) -> Self {
        let side = ((input as f64 * scale) as usize).div_ceil(STRIDE) * STRIDE;
        let center = [size.0 as f32 / 2.0, size.1 as f32 / 2.0];
        let longer = Fit::Longer.side(size) as f32 / PIXELS_PER_SCALE;
        Self { size: (side, side), center, scale: [longer; 2] }
    }

    fn covering((width, height): (usize, usize), input: usize, scale: f64, least: f64) -> Self {
        let cells = |pixels: f64| ((pixels as usize).div_ceil(CELL) * CELL).max(CELL);
        let shorter = cells(least * input as f64);
        let side = |longer: usize, of: usize| cells(shorter as f64 / of as f64 * longer as f64);
        let scaled = |pixels: usize| ((pixels as f64 * scale / least) as usize).max(1);
        let center = [(width as f32 / 2.0 + 0.5).floor(), (height as f32 / 2.0 + 0.5).floor()];
        let units = |pixels: usize| pixels as f32 / PIXELS_PER_SCALE;
        if width < height {
            let size = (scaled(shorter), scaled(side(height, width)));
            let tall = size.1 as f32 / size.0 as f32 * units(width);
            Self { size, center, scale: [units(width), tall] }
        } else {
            let size = (scaled(side(width, height)), scaled(shorter));
            let wide = size.0 as f32 / size.1 as f32 * units(height);
            Self { size, center, scale: [wide, units(height)] }
        }
    }

    /// The picture as the network sees it, `[height, width, 3]`.
    pub fn look(&self, picture: &Image8) -> Vec<u8> {
        let mut pixels = vec![0; self.size.0 * self.size.1 * 3];
        let map = self.affine(Direction::Forward);
        warp_into(picture, &map, Mirror::No, self.size, &mut pixels);
        pixels
    }

    /// The map between the picture and the view.
    pub fn affine(&self, direction: Direction) -> Affine {
        crop_affine(self.center, self.scale, 0.0, self.size, direction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenes::SceneAugment;

    #[test]
    fn sides_are_whole_cells_and_the_shorter_is_the_input() {
        for (size, expected) in [
            ((640, 480), (704, 512)),
            ((480, 640), (512, 704)),
            ((500, 500), (512, 512)),
            ((1000, 100), (5120, 512)),
        ] {
            assert_eq!(SceneView::new(size, 512, 1.0, 1.0, Fit::Shorter).size, expected);
        }
        assert_eq!(SceneView::new((640, 480), 512, 2.0, 0.5, Fit::Shorter).size, (1536, 1024));
    }

    #[test]
    fn the_way_back_leads_to_the_picture() {
        for fit in [Fit::Shorter, Fit::Longer] {
            let view = SceneView::new((640, 427), 512, 1.0, 1.0, fit);
            let (there, back) = (view.affine(Direction::Forward), view.affine(Direction::Inverse));
            let [x, y] = back.apply(there.apply([17.0, 400.0]));
            assert!((x - 17.0).abs() < 1e-3 && (y - 400.0).abs() < 1e-3);
        }
    }

    #[test]
    fn a_picture_fitted_by_its_longer_side_is_what_training_cuts() {
        let still = SceneAugment {
            fit: Fit::Longer,
            least_scale: 1.0,
            most_scale: 1.0,
            rotation: 0.0,
            shift: 0.0,
            flip_probability: 0.0,
        };
        for size in [(640, 427), (427, 640), (500, 500)] {
            let view = SceneView::new(size, 256, 1.0, 1.0, Fit::Longer);
            assert_eq!(view.size, (256, 256));
            let crop = still.draw(size, &mut scalenas_base::rng::stream(0, "any", &[]));
            let (a, b) = (view.affine(Direction::Forward), crop.affine(view.size));
            for corner in [[0.0, 0.0], [size.0 as f64, size.1 as f64]] {
                assert_eq!(a.apply(corner).map(f64::to_bits), b.apply(corner).map(f64::to_bits));
                assert!(a.apply(corner).iter().all(|&at| (-1e-3..256.001).contains(&at)));
            }
        }
    }
}
