//! Variation of the values of training crops: brightness, contrast, saturation, erased rectangles.
//!
//! The published recipes vary place and size alone, and everything here is off by default. Source: `ColorJitter`
//! and `RandomErasing` of torchvision, with the three colour factors in one order and rounded once.

use rand::{Rng, RngExt};
use scalenas_base::{Size, rng};
use serde::{Deserialize, Serialize};

use super::normalize::MEAN;
use crate::{Error, Result};

/// Shares of red, green and blue in luma, by ITU-R BT.601.
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];
/// Smallest share of a crop's area that is erased.
const LEAST_AREA: f64 = 0.02;
/// Maximum ratio of the sides of an erased rectangle.
const MOST_STRETCH: f64 = 10.0 / 3.0;

/// Ranges from which the appearance of a training crop is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Appearance {
    /// Maximum distance from 1 of the factor of all values.
    pub brightness: f64,
    /// Maximum distance from 1 of the factor of differences from the crop's mean luma.
    pub contrast: f64,
    /// Maximum distance from 1 of the factor of differences from each pixel's luma.
    pub saturation: f64,
    /// Probability of erasing a rectangle.
    pub erase_probability: f64,
    /// Maximum share of the crop's area that a rectangle takes.
    pub erase_area: f64,
}

impl Default for Appearance {
    fn default() -> Self {
        Self {
            brightness: 0.0,
            contrast: 0.0,
            saturation: 0.0,
            erase_probability: 0.0,
            erase_area: 0.2,
        }
    }
}

/// Factors of one crop.
#[derive(Clone, Copy, Debug)]
struct Factors {
    brightness: f32,
    contrast: f32,
    saturation: f32,
}

impl Appearance {
    /// Checks ranges that the types leave open.
    ///
    /// # Errors
    /// When a distance or the probability is not within 0..=1, or the area below 0.02 or above 1.
    pub fn validate(&self) -> Result<()> {
        let check = |key, value: f64, least: f64, accepted| {
            let refused = || Error::Setting { key, value: value.to_string(), accepted };
            if (least..=1.0).contains(&value) { Ok(()) } else { Err(refused()) }
        };
        check("appearance.brightness", self.brightness, 0.0, "0 to 1")?;
        check("appearance.contrast", self.contrast, 0.0, "0 to 1")?;
        check("appearance.saturation", self.saturation, 0.0, "0 to 1")?;
        check("appearance.erase_probability", self.erase_probability, 0.0, "0 to 1")?;
        check("appearance.erase_area", self.erase_area, LEAST_AREA, "0.02 to 1")
    }

    /// Varies a crop of `size`, `[height, width, 3]`; the draws follow from the seed, the epoch and the position of
    /// its sample alone.
    ///
    /// # Panics
    /// When the crop has another size.
    pub fn vary(&self, crop: &mut [u8], size: Size, seed: u64, [epoch, sample]: [u64; 2]) {
        assert_eq!(crop.len(), size.pixels() * 3, "crop holds [height, width, 3]");
        let mut rng = rng::stream(seed, "appearance", &[epoch, sample]);
        if self.brightness > 0.0 || self.contrast > 0.0 || self.saturation > 0.0 {
            let mut factor = |reach: f64| rng.random_range(1.0 - reach..=1.0 + reach) as f32;
            let (brightness, contrast) = (factor(self.brightness), factor(self.contrast));
            let saturation = factor(self.saturation);
            recolour(crop, Factors { brightness, contrast, saturation });
        }
        if rng.random_bool(self.erase_probability) {
            self.erase(crop, size, &mut rng);
        }
    }

    /// Fills a rectangle with the colour that networks see as zero.
    fn erase(&self, crop: &mut [u8], size: Size, rng: &mut impl Rng) {
        let area = size.pixels() as f64 * rng.random_range(LEAST_AREA..=self.erase_area);
        let stretch = MOST_STRETCH.ln();
        let shape = rng.random_range(-stretch..=stretch).exp();
        let side = |length: f64, most: usize| (length.round() as usize).clamp(1, most);
        let width = side((area * shape).sqrt(), size.width);
        let height = side((area / shape).sqrt(), size.height);
        let left = rng.random_range(0..=size.width - width);
        let top = rng.random_range(0..=size.height - height);
        let colour = MEAN.map(|mean| (mean * 255.0).round() as u8);
        for row in crop.chunks_exact_mut(size.width * 3).skip(top).take(height) {
            for pixel in row[left * 3..][..width * 3].chunks_exact_mut(3) {
                pixel.copy_from_slice(&colour);
            }
        }
    }
}

fn recolour(crop: &mut [u8], factors: Factors) {
    let luma = |pixel: &[u8]| -> f32 {
        pixel.iter().zip(LUMA).map(|(&value, share)| f32::from(value) * share).sum()
    };
    let pixels = (crop.len() / 3).max(1);
    let mean = crop.chunks_exact(3).map(|pixel| f64::from(luma(pixel))).sum::<f64>();
    let mean = (mean / pixels as f64) as f32;
    for pixel in crop.chunks_exact_mut(3) {
        let grey = luma(pixel);
        for value in pixel {
            let saturated = grey + factors.saturation * (f32::from(*value) - grey);
            let contrasted = mean + factors.contrast * (saturated - mean);
            *value = (factors.brightness * contrasted).round() as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size::new(20, 30);

    fn gradient() -> Vec<u8> {
        (0..600).flat_map(|i| [40 + i % 30 * 4, 60 + i / 30 * 5, 90]).map(|v| v as u8).collect()
    }

    fn varied(appearance: &Appearance, draw: u64) -> Vec<u8> {
        let mut crop = gradient();
        appearance.vary(&mut crop, SIZE, 1, [0, draw]);
        crop
    }

    #[test]
    fn nothing_changes_by_default() {
        assert_eq!(varied(&Appearance::default(), 0), gradient());
    }

    #[test]
    fn factors_move_what_they_name() {
        let one = Factors { brightness: 1.0, contrast: 1.0, saturation: 1.0 };
        let with = |factors| {
            let mut crop = gradient();
            recolour(&mut crop, factors);
            crop
        };
        assert_eq!(with(one), gradient());
        assert!(with(Factors { saturation: 0.0, ..one }).chunks(3).all(|p| p[0] == p[1]));
        let flat = with(Factors { contrast: 0.0, saturation: 0.0, ..one });
        assert!(flat.iter().all(|&value| value == flat[0]));
        let dark = with(Factors { brightness: 0.5, ..one });
        let half = |(dark, value): (&u8, u8)| (f32::from(*dark) - f32::from(value) / 2.0).abs();
        assert!(dark.iter().zip(gradient()).map(half).all(|off| off <= 0.5));
        let bright = with(Factors { brightness: 200.0, ..one });
        assert!(bright.iter().all(|&value| value == 255));
    }

    #[test]
    fn erased_rectangles_have_the_drawn_area_and_the_mean_colour() {
        let always =
            Appearance { erase_probability: 1.0, erase_area: 0.3, ..Appearance::default() };
        let erased = |draw| {
            let (before, after) = (gradient(), varied(&always, draw));
            let changed = |(now, before): (&[u8], &[u8])| {
                assert!(now == before || now == [124, 116, 104]);
                now != before
            };
            let pairs = after.chunks(3).zip(before.chunks(3));
            pairs.filter(|&pair| changed(pair)).count() as f64 / 600.0
        };
        let shares: Vec<f64> = (0..300).map(erased).collect();
        let (least, most) = shares.iter().fold((1.0f64, 0.0f64), |(a, b), &x| (a.min(x), b.max(x)));
        assert!((0.01..0.05).contains(&least) && (0.25..0.33).contains(&most), "{least} {most}");
    }

    #[test]
    fn impossible_ranges_are_refused() {
        let wide = Appearance { contrast: 1.5, ..Appearance::default() };
        assert!(wide.validate().unwrap_err().to_string().contains("appearance.contrast: 1.5"));
        let none = Appearance { erase_area: 0.0, ..Appearance::default() };
        assert!(none.validate().unwrap_err().to_string().contains("appearance.erase_area"));
        assert!(Appearance { brightness: f64::NAN, ..none }.validate().is_err());
        assert!(Appearance::default().validate().is_ok());
    }
}
