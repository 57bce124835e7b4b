//! Heatmaps of joints: encoding, decoding, the flip test and views of several sizes.
//!
//! One object does both directions, so that training and evaluation cannot disagree. Source: the
//! HRNet reference ("gaussian" targets, quarter-pixel decoding, flip test with shifted heatmaps).

mod decode;
mod encode;
mod flip;
mod views;

pub use decode::Decoded;

use scalenas_base::Size;

use crate::{Error, Result};

/// Input pixels per heatmap pixel.
pub const STRIDE: usize = 4;
/// Heatmap rows per pixel of sigma: 2 at 64x48, 3 at 96x72 as in the reference.
const ROWS_PER_SIGMA: f32 = 32.0;

/// Encodes joints as heatmaps and decodes them, for one input size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeatmapCodec {
    /// Size of the network's input.
    pub input: Size,
    /// Input pixels per heatmap pixel.
    pub stride: usize,
    /// Width of the Gaussians, in heatmap pixels.
    pub sigma: f32,
    /// Joints per person.
    pub joints: usize,
}

impl HeatmapCodec {
    /// The codec of the reference for an `input` size: stride 4, sigma 1/32 of the
    /// heatmap's height.
    ///
    /// # Errors
    /// When a side is not a positive multiple of the stride.
    pub fn new(input: impl Into<Size>, joints: usize) -> Result<Self> {
        let input = input.into();
        let fits = |side: usize| side > 0 && side.is_multiple_of(STRIDE);
        if !(fits(input.height) && fits(input.width)) {
            return Err(Error::Setting {
                key: "input",
                value: input.to_string(),
                accepted: "height x width, both positive multiples of 4",
            });
        }
        let sigma = (input.height / STRIDE) as f32 / ROWS_PER_SIGMA;
        Ok(Self { input, stride: STRIDE, sigma, joints })
    }

    /// The codec with Gaussians of another standard deviation, in heatmap pixels.
    ///
    /// # Errors
    /// When it is not above 0 and at most the heatmap's height.
    pub fn with_sigma(self, sigma: f64) -> Result<Self> {
        if sigma > 0.0 && sigma <= self.heatmap().height as f64 {
            return Ok(Self { sigma: sigma as f32, ..self });
        }
        Err(Error::Setting {
            key: "heatmap_sigma",
            value: sigma.to_string(),
            accepted: "heatmap pixels, above 0 and at most its height (a quarter of the input's)",
        })
    }

    /// Size of a heatmap.
    pub fn heatmap(&self) -> Size {
        self.input.divided(self.stride)
    }

    /// Number of values in one person's heatmaps.
    pub fn len(&self) -> usize {
        self.joints * self.pixels()
    }

    /// Whether there are no joints.
    pub fn is_empty(&self) -> bool {
        self.joints == 0
    }

    /// Pixels of one heatmap.
    fn pixels(&self) -> usize {
        self.heatmap().pixels()
    }
}
