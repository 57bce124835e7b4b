//! How training varies a picture and its labels: scale, place of the crop, mirroring.
//!
//! Source: the HRNet reference, with its numbers as defaults. Pictures are resampled bilinearly
//! between pixel centres, labels take the nearest pixel, both as OpenCV's `resize` does; only the
//! crop is computed. What lies outside the picture is black and takes no part.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::segmentation::{IGNORED, LabelMap};
use crate::{Error, Image8, Mirror, Result};

/// How much crops are varied.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CropAugment {
    /// Longer side in pixels of a picture at scale 1; 0 for every picture's own.
    pub base: usize,
    /// Smallest scale.
    pub least_scale: f64,
    /// Step between scales.
    pub scale_step: f64,
    /// Steps above the smallest scale; each of the resulting scales is equally likely.
    pub scale_steps: u32,
    /// Chance of mirroring.
    pub flip_probability: f64,
}

impl Default for CropAugment {
    fn default() -> Self {
        Self {
            base: 2048,
            least_scale: 0.5,
            scale_step: 0.1,
            scale_steps: 16,
            flip_probability: 0.5,
        }
    }
}

/// A crop of a scaled picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    /// Width and height of the whole scaled picture.
    pub scaled: (usize, usize),
    /// Left and upper corner in the scaled picture.
    pub corner: (usize, usize),
    /// Whether the crop is mirrored.
    pub mirror: Mirror,
}

impl CropAugment {
    /// Checks ranges that the types leave open.
    ///
    /// # Errors
    /// When a scale is not positive or the chance not within 0..=1.
    pub fn validate(&self) -> Result<()> {
        let refuse = |key, value: f64, accepted| {
            Err(Error::Setting { key, value: value.to_string(), accepted })
        };
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if !positive(self.least_scale) {
            return refuse("crops.least_scale", self.least_scale, "a number above 0");
        }
        if !(self.scale_step.is_finite() && self.scale_step >= 0.0) {
            return refuse("crops.scale_step", self.scale_step, "a number from 0");
        }
        if !(0.0..=1.0).contains(&self.flip_probability) {
            return refuse("crops.flip_probability", self.flip_probability, "0 to 1");
        }
        Ok(())
    }

    /// Draws the crop of a picture of `size` (width, height).
    pub fn draw(&self, size: (usize, usize), crop: (usize, usize), rng: &mut impl Rng) -> Crop {
        let step = rng.random_range(0..=self.scale_steps);
        let factor = self.least_scale + f64::from(step) * self.scale_step;
        let scaled = scaled(size, self.base, factor);
        let (height, width) = crop;
        let free = (scaled.0.saturating_sub(width), scaled.1.saturating_sub(height));
        let corner = (rng.random_range(0..=free.0), rng.random_range(0..=free.1));
        let mirrored = rng.random_bool(self.flip_probability);
        Crop { scaled, corner, mirror: if mirrored { Mirror::LeftRight } else { Mirror::No } }
    }
}

/// Size of a picture whose longer side becomes `base` (0: its own) times `factor`.
pub fn scaled((width, height): (usize, usize), base: usize, factor: f64) -> (usize, usize) {
    let longer = width.max(height);
    let base = if base == 0 { longer } else { base };
    let target = (base as f64 * factor).round().max(1.0);
    let side = |side: usize| ((side as f64 * target / longer as f64).round() as usize).max(1);
    (side(width), side(height))
}

/// The two source positions of a target position along one axis, and the weight of the second.
struct Tap {
    first: usize,
    second: usize,
    share: f32,
}

impl Crop {
    /// The whole picture at a size of `(width, height)`.
    pub fn whole(size: (usize, usize)) -> Self {
        Self { scaled: size, corner: (0, 0), mirror: Mirror::No }
    }

    /// Cuts the crop out of a picture into `target`, `[height, width, 3]`.
    pub fn cut_picture(&self, picture: &Image8, crop: (usize, usize), target: &mut [u8]) {
        let (height, width) = crop;
        let columns = taps(picture.width, self.scaled.0, self.corner.0, width, self.mirror);
        let rows = taps(picture.height, self.scaled.1, self.corner.1, height, Mirror::No);
        let bytes = picture.width * 3;
        for (tap, line) in rows.iter().zip(target.chunks_exact_mut(width * 3)) {
            let Some(tap) = tap else {
                line.fill(0);
                continue;
            };
            let upper = &picture.pixels[tap.first * bytes..][..bytes];
            let lower = &picture.pixels[tap.second * bytes..][..bytes];
            for (column, pixel) in columns.iter().zip(line.chunks_exact_mut(3)) {
                match column {
                    Some(column) => mix(column, tap.share, upper, lower, pixel),
                    None => pixel.fill(0),
                }
            }
        }
    }

    /// Cuts the crop out of a label map into `target`, `[height, width]`.
    pub fn cut_labels(&self, labels: &LabelMap, crop: (usize, usize), target: &mut [u8]) {
        let (height, width) = crop;
        let column =
            |x: usize| self.nearest(mirrored(x, width, self.mirror), Axis::Columns, labels);
        let columns: Vec<Option<usize>> = (0..width).map(column).collect();
        for (y, line) in target.chunks_exact_mut(width).take(height).enumerate() {
            let Some(row) = self.nearest(y, Axis::Rows, labels) else {
                line.fill(IGNORED);
                continue;
            };
            let source = &labels.classes[row * labels.width..][..labels.width];
            for (class, column) in line.iter_mut().zip(&columns) {
                *class = column.map_or(IGNORED, |column| source[column]);
            }
        }
    }

    fn nearest(&self, target: usize, axis: Axis, labels: &LabelMap) -> Option<usize> {
        let (corner, from, to) = match axis {
            Axis::Columns => (self.corner.0, labels.width, self.scaled.0),
            Axis::Rows => (self.corner.1, labels.height, self.scaled.1),
        };
        let at = corner + target;
        (at < to).then(|| (at * from / to).min(from - 1))
    }
}

#[derive(Clone, Copy)]
enum Axis {
    Columns,
    Rows,
}

fn mirrored(target: usize, length: usize, mirror: Mirror) -> usize {
    match mirror {
        Mirror::LeftRight => length - 1 - target,
        Mirror::No => target,
    }
}

fn taps(from: usize, to: usize, corner: usize, length: usize, mirror: Mirror) -> Vec<Option<Tap>> {
    let ratio = from as f64 / to as f64;
    let tap = |target: usize| {
        let at = corner + mirrored(target, length, mirror);
        let position = ((at as f64 + 0.5) * ratio - 0.5).clamp(0.0, (from - 1) as f64);
        let first = position as usize;
        let second = (first + 1).min(from - 1);
        (at < to).then_some(Tap { first, second, share: (position - first as f64) as f32 })
    };
    (0..length).map(tap).collect()
}

fn mix(column: &Tap, share: f32, upper: &[u8], lower: &[u8], pixel: &mut [u8]) {
    for (channel, out) in pixel.iter_mut().enumerate() {
        let along = |row: &[u8]| {
            let value = |at: usize| f32::from(row[at * 3 + channel]);
            value(column.first) + column.share * (value(column.second) - value(column.first))
        };
        let (above, below) = (along(upper), along(lower));
        *out = (above + share * (below - above)).round() as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scalenas_base::rng;

    fn picture() -> (Image8, LabelMap) {
        let (width, height) = (4, 2);
        let pixels = (0..width * height).flat_map(|i| [i as u8 * 10; 3]).collect();
        let classes = (0..width * height).map(|i| i as u8).collect();
        (Image8 { width, height, pixels }, LabelMap { width, height, classes })
    }

    fn cut(crop: &Crop, size: (usize, usize)) -> (Vec<u8>, Vec<u8>) {
        let (picture, labels) = picture();
        let mut pixels = vec![1; size.0 * size.1 * 3];
        let mut classes = vec![1; size.0 * size.1];
        crop.cut_picture(&picture, size, &mut pixels);
        crop.cut_labels(&labels, size, &mut classes);
        (pixels.into_iter().step_by(3).collect(), classes)
    }

    #[test]
    fn the_whole_picture_is_itself() {
        let (pixels, classes) = cut(&Crop::whole((4, 2)), (2, 4));
        assert_eq!(pixels, [0, 10, 20, 30, 40, 50, 60, 70]);
        assert_eq!(classes, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn what_is_outside_is_black_and_ignored_also_when_mirrored() {
        let crop = Crop { mirror: Mirror::LeftRight, ..Crop::whole((4, 2)) };
        let (pixels, classes) = cut(&crop, (3, 5));
        assert_eq!(pixels[..5], [0, 30, 20, 10, 0]);
        assert_eq!(classes[..5], [IGNORED, 3, 2, 1, 0]);
        assert_eq!(classes[10..], [IGNORED; 5]);
    }

    #[test]
    fn twice_the_size_interpolates_between_centres() {
        let crop = Crop { scaled: (8, 4), corner: (1, 0), mirror: Mirror::No };
        let (pixels, classes) = cut(&crop, (1, 4));
        assert_eq!(pixels, [3, 8, 13, 18]);
        assert_eq!(classes, [0, 1, 1, 2]);
    }

    #[test]
    fn draws_stay_within_the_scaled_picture() {
        let augment = CropAugment { base: 0, ..CropAugment::default() };
        let mut rng = rng::stream(1, "crop", &[]);
        for _ in 0..200 {
            let crop = augment.draw((100, 50), (40, 60), &mut rng);
            assert!((50..=210).contains(&crop.scaled.0));
            let last = (crop.corner.0 + 60, crop.corner.1 + 40);
            assert!(crop.corner.0 == 0 || last.0 <= crop.scaled.0);
            assert!(crop.corner.1 == 0 || last.1 <= crop.scaled.1);
        }
        assert_eq!(scaled((2048, 1024), 2048, 0.5), (1024, 512));
    }
}
