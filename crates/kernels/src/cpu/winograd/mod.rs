//! Winograd's F(4x4, 3x3): 3x3 convolutions at stride 1 with a quarter of the multiplications.
//!
//! The output is cut into tiles of 4x4 pixels. Input tiles of 6x6 and the kernel are transformed to
//! 36 points each; at every point the channels multiply as matrices; the sums are transformed back.
//! Weight gradients are the same algorithm transposed.
//!
//! The interpolation points are 0, ±3/4, ±3/2 and infinity: all constants stay near one, which
//! halves the rounding error of the usual 0, ±1, ±2 (6.7e-7 against 1.3e-6 relative).
//!
//! Invariant: transforms mix the pixels of a tile, so a NaN or infinity would spread further than
//! in a plain convolution. Whoever meets a value that is not finite says so and the caller runs
//! the direct convolution instead.

mod forward;
mod gradient;
mod input;
mod job;
mod once;
mod output;
mod product;
mod transform;
mod weights;

pub(crate) use forward::run;
pub(crate) use gradient::weight_gradient;
pub(crate) use job::{Weights, Winograd};
pub(crate) use weights::TransformedWeights;

use super::maps::Extent;
use super::simd::Simd;

/// Output pixels of a tile along an axis.
pub(crate) const OUTPUT: usize = 4;
/// Input pixels of a tile along an axis.
pub(crate) const INPUT: usize = 6;
/// Points of a transformed tile.
pub(crate) const POINTS: usize = INPUT * INPUT;

/// Tiles that cover an output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    pub rows: usize,
    pub columns: usize,
    pub batch: usize,
}

/// A tile's place: picture, and first output pixel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub picture: usize,
    pub y: usize,
    pub x: usize,
}

impl Grid {
    pub fn of(output: &Extent) -> Self {
        let [rows, columns] = [output.height, output.width].map(|size| size.div_ceil(OUTPUT));
        Self { rows, columns, batch: output.batch }
    }

    pub fn tiles(&self) -> usize {
        self.batch * self.rows * self.columns
    }

    #[inline(always)]
    pub fn place(&self, tile: usize) -> Place {
        let (line, column) = (tile / self.columns, tile % self.columns);
        let (picture, row) = (line / self.rows, line % self.rows);
        Place { picture, y: row * OUTPUT, x: column * OUTPUT }
    }
}

/// Memory of transformed tiles: `[point][tile][channel]`, with room between points so that the 36
/// values of a tile fall into different cache sets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Points {
    pub channels: usize,
    pub stride: usize,
}

/// Values between the tiles of one point and those of the next: a cache line.
const GAP: usize = 16;

impl Points {
    pub fn new(tiles: usize, channels: usize) -> Self {
        Self { channels, stride: tiles * channels + GAP }
    }

    pub fn len(&self) -> usize {
        POINTS * self.stride
    }

    #[inline(always)]
    pub fn offset(&self, point: usize, tile: usize) -> usize {
        point * self.stride + tile * self.channels
    }
}

/// Whether sums start from nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begin {
    Zero,
    Sums,
}

/// Whether a result can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Finite,
    /// A value was not finite: the result is not what a plain convolution gives.
    NotFinite,
}

impl Outcome {
    fn of(finite: bool) -> Self {
        if finite { Self::Finite } else { Self::NotFinite }
    }
}

/// Whether all values are finite: anything else times zero is NaN.
///
/// # Safety
/// The processor has the instructions of `S`.
#[expect(unsafe_code, reason = "called by kernels")]
#[inline(always)]
unsafe fn is_finite<S: Simd>(values: &[S::Vector]) -> bool {
    // SAFETY: by the caller's promise.
    unsafe {
        let zero = S::splat(0.0);
        let mut sum = zero;
        for value in values {
            sum = S::mul_add(*value, zero, sum);
        }
        S::all_zero(sum)
    }
}
