//! Augmentation of whole pictures: scale, rotation, shift, mirroring.
//!
//! Source: the HigherHRNet reference, with its numbers as defaults.

use rand::{Rng, RngExt};
use scalenas_base::Size;
use serde::{Deserialize, Serialize};

use super::fit::Fit;
use crate::pictures::{Affine, Direction, Mirror, PIXELS_PER_SCALE, crop_affine};
use crate::{Error, Result};

/// Ranges from which the crop of a whole picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BottomUpAugment {
    /// Side of the picture that scales are shares of.
    pub fit: Fit,
    /// Minimum share of that side that the crop spans.
    pub least_scale: f64,
    /// Maximum share of that side that the crop spans.
    pub most_scale: f64,
    /// Maximum rotation in degrees, to either side.
    pub rotation: f64,
    /// Maximum shift in pixels, to either side, where the crop spans 200 pixels.
    pub shift: f64,
    /// Probability of mirroring.
    pub flip_probability: f64,
}

impl Default for BottomUpAugment {
    fn default() -> Self {
        Self {
            fit: Fit::Shorter,
            least_scale: 0.75,
            most_scale: 1.5,
            rotation: 30.0,
            shift: 40.0,
            flip_probability: 0.5,
        }
    }
}

/// A square crop of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SceneCrop {
    /// Centre in pixels of the picture.
    pub center: [f32; 2],
    /// Side in units of 200 pixels.
    pub scale: f32,
    /// Rotation in degrees.
    pub rotation: f64,
    /// Whether the crop is mirrored.
    pub mirror: Mirror,
}

impl BottomUpAugment {
    /// Checks ranges that the types leave open.
    ///
    /// # Errors
    /// When a scale is not positive, the scales are in the wrong order, or the probability is not
    /// within 0..=1.
    pub fn validate(&self) -> Result<()> {
        let refuse = |key, value: f64, accepted| {
            Err(Error::Setting { key, value: value.to_string(), accepted })
        };
        if !(self.least_scale.is_finite() && self.least_scale > 0.0) {
            return refuse("scenes.least_scale", self.least_scale, "a number above 0");
        }
        if !(self.most_scale.is_finite() && self.most_scale >= self.least_scale) {
            return refuse("scenes.most_scale", self.most_scale, "at least least_scale");
        }
        if !(self.rotation.is_finite() && self.rotation >= 0.0) {
            return refuse("scenes.rotation", self.rotation, "degrees from 0");
        }
        if !(self.shift.is_finite() && self.shift >= 0.0) {
            return refuse("scenes.shift", self.shift, "pixels from 0");
        }
        if !(0.0..=1.0).contains(&self.flip_probability) {
            return refuse("scenes.flip_probability", self.flip_probability, "0 to 1");
        }
        Ok(())
    }

    /// Draws the crop of a picture of `size`.
    pub fn draw(&self, size: Size, rng: &mut impl Rng) -> SceneCrop {
        let side = self.fit.side(size) as f32 / PIXELS_PER_SCALE;
        let factor = rng.random_range(self.least_scale..=self.most_scale) as f32;
        let rotation = rng.random_range(-self.rotation..=self.rotation);
        let scale = side * factor;
        let reach = (self.shift as f32 * scale) as i32;
        let mut shift = || rng.random_range(-reach..=reach) as f32;
        let center = [size.width as f32 / 2.0 + shift(), size.height as f32 / 2.0 + shift()];
        let mirror = Mirror::when(rng.random_bool(self.flip_probability));
        SceneCrop { center, scale, rotation, mirror }
    }
}

impl SceneCrop {
    /// The map from the picture to a crop of `size` pixels, before mirroring.
    pub fn affine(&self, size: Size) -> Affine {
        let scale = [self.scale; 2];
        crop_affine(self.center, scale, self.rotation, size, Direction::Forward)
    }
}
