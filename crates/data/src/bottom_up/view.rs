//! Resizing of whole pictures for prediction, and mapping of joints back to picture coordinates.
//!
//! Source: the HigherHRNet reference. The shorter side becomes the network's input, the longer one
//! is rounded up to whole cells of 64 pixels; the picture is stretched around its centre to fit.
//! Fitted by its longer side instead, it lies in a square as training cuts one, and all pictures
//! have one size.

use scalenas_base::{Image8, Size};

use super::fit::Fit;
use crate::pictures::{Affine, Direction, Mirror, PIXELS_PER_SCALE, crop_affine, warp_into};

/// Sides are multiples of this.
const CELL: usize = 64;
/// Sides of squares are multiples of this, the coarsest stride.
const STRIDE: usize = 32;

/// A picture resized for prediction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SceneView {
    /// Size of the network's input.
    pub size: Size,
    center: [f32; 2],
    scale: [f32; 2],
}

impl SceneView {
    /// The view of a picture of `size` whose fitted side becomes `input` times `scale`; `least` is
    /// the minimum of all scales that are predicted.
    pub fn new(size: Size, input: usize, scale: f64, least: f64, fit: Fit) -> Self {
        match fit {
            Fit::Shorter => Self::covering(size, input, scale, least),
            Fit::Longer => Self::inside(size, input, scale),
        }
    }

    /// The picture in a square, as a training crop without variation.
    fn inside(size: Size, input: usize, scale: f64) -> Self {
        let side = ((input as f64 * scale) as usize).div_ceil(STRIDE) * STRIDE;
        let center = [size.width as f32 / 2.0, size.height as f32 / 2.0];
        let longer = Fit::Longer.side(size) as f32 / PIXELS_PER_SCALE;
        Self { size: Size::square(side), center, scale: [longer; 2] }
    }

    fn covering(Size { height, width }: Size, input: usize, scale: f64, least: f64) -> Self {
        let cells = |pixels: f64| ((pixels as usize).div_ceil(CELL) * CELL).max(CELL);
        let shorter = cells(least * input as f64);
        let side = |longer: usize, of: usize| cells(shorter as f64 / of as f64 * longer as f64);
        let scaled = |pixels: usize| ((pixels as f64 * scale / least) as usize).max(1);
        let center = [(width as f32 / 2.0 + 0.5).floor(), (height as f32 / 2.0 + 0.5).floor()];
        let units = |pixels: usize| pixels as f32 / PIXELS_PER_SCALE;
        if width < height {
            let size = Size::new(scaled(side(height, width)), scaled(shorter));
            let tall = size.height as f32 / size.width as f32 * units(width);
            Self { size, center, scale: [units(width), tall] }
        } else {
            let size = Size::new(scaled(shorter), scaled(side(width, height)));
            let wide = size.width as f32 / size.height as f32 * units(height);
            Self { size, center, scale: [wide, units(height)] }
        }
    }

    /// Pixels of the view, `[height, width, 3]`.
    pub fn resize(&self, picture: &Image8) -> Vec<u8> {
        let mut pixels = vec![0; self.size.pixels() * 3];
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
    use crate::bottom_up::BottomUpAugment;

    #[test]
    fn sides_are_whole_cells_and_the_shorter_is_the_input() {
        let view = |(height, width), scale, least| {
            SceneView::new(Size { height, width }, 512, scale, least, Fit::Shorter).size
        };
        for (size, expected) in [
            ((480, 640), (512, 704)),
            ((640, 480), (704, 512)),
            ((500, 500), (512, 512)),
            ((100, 1000), (512, 5120)),
        ] {
            assert_eq!(view(size, 1.0, 1.0), expected.into());
        }
        assert_eq!(view((480, 640), 2.0, 0.5), Size::new(1024, 1536));
    }

    #[test]
    fn the_way_back_leads_to_the_picture() {
        for fit in [Fit::Shorter, Fit::Longer] {
            let view = SceneView::new(Size::new(427, 640), 512, 1.0, 1.0, fit);
            let (there, back) = (view.affine(Direction::Forward), view.affine(Direction::Inverse));
            let [x, y] = back.apply(there.apply([17.0, 400.0]));
            assert!((x - 17.0).abs() < 1e-3 && (y - 400.0).abs() < 1e-3);
        }
    }

    #[test]
    fn a_picture_fitted_by_its_longer_side_is_what_training_cuts() {
        let still = BottomUpAugment {
            fit: Fit::Longer,
            least_scale: 1.0,
            most_scale: 1.0,
            rotation: 0.0,
            shift: 0.0,
            flip_probability: 0.0,
        };
        for size in [(427, 640), (640, 427), (500, 500)].map(Size::from) {
            let view = SceneView::new(size, 256, 1.0, 1.0, Fit::Longer);
            assert_eq!(view.size, Size::square(256));
            let crop = still.draw(size, &mut scalenas_base::rng::stream(0, "any", &[]));
            let (a, b) = (view.affine(Direction::Forward), crop.affine(view.size));
            for corner in [[0.0, 0.0], [size.width as f64, size.height as f64]] {
                assert_eq!(a.apply(corner).map(f64::to_bits), b.apply(corner).map(f64::to_bits));
                assert!(a.apply(corner).iter().all(|&at| (-1e-3..256.001).contains(&at)));
            }
        }
    }
}
