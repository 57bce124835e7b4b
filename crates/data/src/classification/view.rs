//! Part of a picture that a network sees: a random one for training, the middle for evaluation.
//!
//! Source: the random resized crops and the central crop of ImageNet training, for inputs of any shape. Pictures
//! are reduced by a triangle filter, so that details between pixels count.

use image::imageops::{self, FilterType};
use image::{ImageBuffer, Rgb};
use rand::{Rng, RngExt};
use scalenas_base::{Image8, Size};
use serde::{Deserialize, Serialize};

use crate::pictures::Mirror;
use crate::{Error, Result};

/// Share of the sides of a picture that the central part covers.
const CENTRAL: f64 = 0.875;
/// Draws before the largest part is taken.
const ATTEMPTS: usize = 10;

/// Ranges from which the part of a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClassificationAugment {
    /// Minimum share of the area of the picture.
    pub least_area: f64,
    /// Maximum stretch of width against height, and of height against width.
    pub most_stretch: f64,
    /// Probability of mirroring.
    pub flip_probability: f64,
}

impl Default for ClassificationAugment {
    fn default() -> Self {
        Self { least_area: 0.08, most_stretch: 4.0 / 3.0, flip_probability: 0.5 }
    }
}

/// Part of a picture in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// Size of the part.
    pub size: Size,
    /// Whether it is mirrored.
    pub mirror: Mirror,
}

impl ClassificationAugment {
    /// Checks ranges that the types leave open.
    ///
    /// # Errors
    /// When a share or probability is not within 0..=1, or the stretch is below 1.
    pub fn validate(&self) -> Result<()> {
        let refuse = |key, value: f64, accepted| {
            Err(Error::Setting { key, value: value.to_string(), accepted })
        };
        if !(self.least_area > 0.0 && self.least_area <= 1.0) {
            return refuse("views.least_area", self.least_area, "a number above 0, up to 1");
        }
        if !(self.most_stretch.is_finite() && self.most_stretch >= 1.0) {
            return refuse("views.most_stretch", self.most_stretch, "a number from 1");
        }
        if !(0.0..=1.0).contains(&self.flip_probability) {
            return refuse("views.flip_probability", self.flip_probability, "0 to 1");
        }
        Ok(())
    }

    /// Draws the part of a picture of `size` for a network with an input of another one.
    pub fn draw(&self, size: Size, input: Size, rng: &mut impl Rng) -> View {
        let mirror = Mirror::when(rng.random_bool(self.flip_probability));
        let shape = input.width as f64 / input.height as f64;
        let stretch = self.most_stretch.ln();
        for _ in 0..ATTEMPTS {
            let area = size.pixels() as f64 * rng.random_range(self.least_area..=1.0);
            let shape = shape * rng.random_range(-stretch..=stretch).exp();
            let width = (area * shape).sqrt().round() as usize;
            let height = (area / shape).sqrt().round() as usize;
            if (1..=size.width).contains(&width) && (1..=size.height).contains(&height) {
                let left = rng.random_range(0..=size.width - width);
                let top = rng.random_range(0..=size.height - height);
                return View { left, top, size: Size::new(height, width), mirror };
            }
        }
        View { mirror, ..middle(size, input, 1.0) }
    }
}

/// The middle of a picture of `size` in the shape of the input.
pub fn central(size: Size, input: Size) -> View {
    middle(size, input, CENTRAL)
}

/// The largest part in the shape of the input, its sides times `share`.
fn middle(size: Size, input: Size, share: f64) -> View {
    let fits = |side: usize, input: usize| side as f64 / input as f64;
    let scale = fits(size.height, input.height).min(fits(size.width, input.width)) * share;
    let side = |input: usize, side: usize| ((input as f64 * scale).round() as usize).clamp(1, side);
    let part = Size::new(side(input.height, size.height), side(input.width, size.width));
    let (left, top) = ((size.width - part.width) / 2, (size.height - part.height) / 2);
    View { left, top, size: part, mirror: Mirror::No }
}

impl View {
    /// Cuts the part out of its picture, in the size of the input.
    pub fn cut(&self, picture: &Image8, input: Size) -> Image8 {
        let [width, height] = [picture.width, picture.height].map(|side| side as u32);
        let whole: ImageBuffer<Rgb<u8>, &[u8]> =
            ImageBuffer::from_raw(width, height, &picture.pixels[..]).expect("a picture is whole");
        let [left, top, width, height] =
            [self.left, self.top, self.size.width, self.size.height].map(|value| value as u32);
        let part = imageops::crop_imm(&whole, left, top, width, height);
        let [width, height] = [input.width, input.height].map(|side| side as u32);
        let mut seen = imageops::resize(&*part, width, height, FilterType::Triangle);
        if self.mirror == Mirror::LeftRight {
            imageops::flip_horizontal_in_place(&mut seen);
        }
        Image8 { width: input.width, height: input.height, pixels: seen.into_raw() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scalenas_base::rng;

    #[test]
    fn draws_stay_within_the_picture() {
        let augment = ClassificationAugment::default();
        let mut rng = rng::stream(1, "view", &[]);
        let (size, input) = (Size::new(60, 90), Size::new(32, 48));
        let views: Vec<View> = (0..300).map(|_| augment.draw(size, input, &mut rng)).collect();
        for view in &views {
            assert!(view.left + view.size.width <= 90 && view.top + view.size.height <= 60);
            let stretch = view.size.width as f64 / view.size.height as f64 / 1.5;
            assert!((0.65..1.5).contains(&stretch), "{view:?}");
        }
        let areas = views.iter().map(|view| view.size.pixels() as f64 / 5400.0);
        let (least, most) = areas.fold((1.0f64, 0.0f64), |(a, b), x| (a.min(x), b.max(x)));
        assert!(least < 0.2 && most > 0.8, "{least} {most}");
        assert!(views.iter().any(|view| view.mirror == Mirror::LeftRight));
        // No part of the right shape fits into a thin picture.
        let thin = augment.draw(Size::new(2, 900), input, &mut rng);
        assert!(thin.size.height <= 2 && thin.size.width <= 4);
    }

    #[test]
    fn the_middle_has_the_shape_of_the_input() {
        let view = central(Size::new(480, 640), Size::new(224, 224));
        assert_eq!((view.size, view.left, view.top), (Size::square(420), 110, 30));
        assert_eq!(central(Size::new(1, 1), Size::square(224)).size, Size::square(1));
    }

    #[test]
    fn parts_are_cut_and_averaged() {
        // Columns 0, 0, 200, 200: reduced to half of the size in the middle.
        let pixels = (0..4 * 4).flat_map(|i| [if i % 4 < 2 { 0 } else { 200 }; 3]).collect();
        let picture = Image8 { width: 4, height: 4, pixels };
        let whole = View { left: 0, top: 0, size: Size::square(4), mirror: Mirror::No };
        assert_eq!(whole.cut(&picture, Size::square(4)), picture);
        let right = View { left: 2, size: Size::new(4, 2), ..whole }.cut(&picture, Size::square(2));
        assert!(right.pixels.iter().all(|&value| value == 200));
        let small = View { mirror: Mirror::LeftRight, ..whole }.cut(&picture, Size::square(2));
        assert!(small.pixels[0] > 150 && small.pixels[3] < 50, "{small:?}");
    }
}
