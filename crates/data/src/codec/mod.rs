//! Heatmaps: how joints become them and are read back from them.
//!
//! One object does both ways, so that training and evaluation cannot disagree. Source: the HRNet
//! reference ("gaussian" targets, quarter-pixel decoding, flip test with shifted heatmaps).

mod decode;
mod encode;
mod flip;

pub use decode::Decoded;

use crate::{Error, Result};

/// Input pixels per heatmap pixel.
pub const STRIDE: usize = 4;
/// Heatmap rows per pixel of sigma: 2 at 64x48, 3 at 96x72 as in the reference.
const ROWS_PER_SIGMA: f32 = 32.0;

/// The heatmaps of a network's input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeatmapCodec {
    /// (height, width) of the network's input.
    pub input: (usize, usize),
    /// Input pixels per heatmap pixel.
    pub stride: usize,
    /// Width of the Gaussians, in heatmap pixels.
    pub sigma: f32,
    /// Joints of a person.
    pub joints: usize,
}

impl HeatmapCodec {
    /// The codec of the reference for an `input` = (height, width): stride 4, sigma 1/32 of the
    /// heatmap's height.
    ///
    /// # Errors
    /// When a side is not a positive multiple of the stride.
    pub fn new(input: (usize, usize), joints: usize) -> Result<Self> {
        let fits = |side: usize| side > 0 && side.is_multiple_of(STRIDE);
        if !(fits(input.0) && fits(input.1)) {
            return Err(Error::Setting {
                key: "input",
                value: format!("{}x{}", input.0, input.1),
                accepted: "height x width, both positive multiples of 4",
            });
        }
        let sigma = (input.0 / STRIDE) as f32 / ROWS_PER_SIGMA;
        Ok(Self { input, stride: STRIDE, sigma, joints })
    }

    /// (height, width) of a heatmap.
    pub fn heatmap(&self) -> (usize, usize) {
        (self.input.0 / self.stride, self.input.1 / self.stride)
    }

    /// Values of one person's heatmaps.
    pub fn len(&self) -> usize {
        self.joints * self.pixels()
    }

    /// Whether there are no joints.
    pub fn is_empty(&self) -> bool {
        self.joints == 0
    }

    /// Pixels of one heatmap.
    fn pixels(&self) -> usize {
        let (height, width) = self.heatmap();
        height * width
    }
}
