//! The maximum of each tile of a heatmap: most of a map is background that only this looks at.

use std::ops::Range;

use super::maps::SceneMaps;
use crate::error::Result;

/// Rows of a tile.
const ROWS: usize = 8;
/// Columns of a tile.
pub(super) const COLUMNS: usize = 32;
/// Values that are compared at once.
const LANES: usize = 8;

/// Maxima of one heatmap's tiles, `[down, across]`.
#[derive(Debug)]
pub(super) struct HeatTiles {
    pub maxima: Vec<f32>,
    across: usize,
    height: usize,
    width: usize,
}

impl HeatTiles {
    /// Looks at every pixel once; one that is no finite number is an error.
    pub fn new(scene: &SceneMaps<'_>, joint: usize) -> Result<Self> {
        let (height, width) = (scene.height(), scene.width());
        let map = scene.heatmap(joint);
        let across = width.div_ceil(COLUMNS);
        let mut maxima = vec![f32::NEG_INFINITY; height.div_ceil(ROWS) * across];
        let bands = map.chunks(ROWS * width).zip(maxima.chunks_exact_mut(across));
        let mut finite = true;
        for (band, maxima) in bands {
            for row in band.chunks_exact(width) {
                for (values, maximum) in row.chunks(COLUMNS).zip(&mut *maxima) {
                    let (highest, sound) = highest(values);
                    *maximum = if highest > *maximum { highest } else { *maximum };
                    finite &= sound;
                }
            }
        }
        if finite {
            return Ok(Self { maxima, across, height, width });
        }
        let pixel = map.iter().position(|value| !value.is_finite()).expect("one was met");
        Err(scene.not_finite("heatmaps", joint, pixel))
    }

    /// Rows and columns of a tile.
    pub fn pixels(&self, tile: usize) -> (Range<usize>, Range<usize>) {
        let (top, left) = (tile / self.across * ROWS, tile % self.across * COLUMNS);
        (top..(top + ROWS).min(self.height), left..(left + COLUMNS).min(self.width))
    }
}

/// The largest value, and whether all are finite.
fn highest(values: &[f32]) -> (f32, bool) {
    let mut high = [f32::NEG_INFINITY; LANES];
    // 0 as long as all are finite: 0 times NaN or infinity is NaN.
    let mut zero = [0.0f32; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            high[lane] = if chunk[lane] > high[lane] { chunk[lane] } else { high[lane] };
            zero[lane] += chunk[lane] * 0.0;
        }
    }
    for (lane, &value) in rest.iter().enumerate() {
        high[lane] = if value > high[lane] { value } else { high[lane] };
        zero[lane] += value * 0.0;
    }
    (high.into_iter().fold(f32::NEG_INFINITY, f32::max), !zero.iter().any(|z| z.is_nan()))
}
