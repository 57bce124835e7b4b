//! Augmentation of pictures and their labels: scale, place of the crop, mirroring.
//!
//! Source: the HRNet reference, with its numbers as defaults.

use rand::{Rng, RngExt};
use scalenas_base::Size;
use serde::{Deserialize, Serialize};

use super::crop::Crop;
use crate::pictures::Mirror;
use crate::{Error, Result};

/// Ranges from which the crop of a labelled picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SegmentationAugment {
    /// Longer side in pixels of a picture at scale 1; 0 for each picture's own.
    pub base: usize,
    /// Minimum scale.
    pub least_scale: f64,
    /// Step between scales.
    pub scale_step: f64,
    /// Steps above the minimum scale; each of the resulting scales is equally likely.
    pub scale_steps: u32,
    /// Probability of mirroring.
    pub flip_probability: f64,
}

impl Default for SegmentationAugment {
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

impl SegmentationAugment {
    /// Checks ranges that the types leave open.
    ///
    /// # Errors
    /// When a scale is not positive or the probability not within 0..=1.
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

    /// Draws a crop of `crop` pixels from a picture of `size`.
    pub fn draw(&self, size: Size, crop: Size, rng: &mut impl Rng) -> Crop {
        let step = rng.random_range(0..=self.scale_steps);
        let factor = self.least_scale + f64::from(step) * self.scale_step;
        let scaled = scaled(size, self.base, factor);
        let left = rng.random_range(0..=scaled.width.saturating_sub(crop.width));
        let top = rng.random_range(0..=scaled.height.saturating_sub(crop.height));
        let mirror = Mirror::when(rng.random_bool(self.flip_probability));
        Crop { scaled, left, top, mirror }
    }
}

/// Size of a picture whose longer side becomes `base` (0: its own) times `factor`.
pub fn scaled(size: Size, base: usize, factor: f64) -> Size {
    let longer = size.longer();
    let base = if base == 0 { longer } else { base };
    let target = (base as f64 * factor).round().max(1.0);
    let side = |side: usize| ((side as f64 * target / longer as f64).round() as usize).max(1);
    Size::new(side(size.height), side(size.width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scalenas_base::rng;

    #[test]
    fn draws_stay_within_the_scaled_picture() {
        let augment = SegmentationAugment { base: 0, ..SegmentationAugment::default() };
        let mut rng = rng::stream(1, "crop", &[]);
        for _ in 0..200 {
            let crop = augment.draw(Size::new(50, 100), Size::new(40, 60), &mut rng);
            assert!((50..=210).contains(&crop.scaled.width));
            let last = (crop.left + 60, crop.top + 40);
            assert!(crop.left == 0 || last.0 <= crop.scaled.width);
            assert!(crop.top == 0 || last.1 <= crop.scaled.height);
        }
        assert_eq!(scaled(Size::new(1024, 2048), 2048, 0.5), Size::new(512, 1024));
    }
}
