//! Loops over channels-last maps: every pixel is a row of channels, taken vector by vector.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use super::maps::Extent;
use super::parallel;
use super::simd::{Element, Simd};

/// Values that a task handles at least: tens of microseconds of memory traffic.
const TASK_VALUES: usize = 64 * 1024;
/// Tasks a thread gets, so that a thread that is held up does not hold up the others.
const TASKS_PER_THREAD: usize = 4;
/// Values of a chunk of pixels: what stays in the first-level cache between two visits.
const CHUNK_VALUES: usize = 4096;

/// A vector's place among the channels of a pixel.
#[derive(Clone, Copy)]
pub(crate) struct Lane {
    pub channel: usize,
    pub count: usize,
}

impl Lane {
    /// All vectors that cover `channels`.
    #[inline(always)]
    pub fn all<S: Simd>(channels: usize) -> impl Iterator<Item = Self> {
        (0..channels.div_ceil(S::LANES)).map(move |vector| {
            let channel = vector * S::LANES;
            Self { channel, count: (channels - channel).min(S::LANES) }
        })
    }

    /// # Safety
    /// `from` is readable for the lanes in use.
    #[inline(always)]
    pub unsafe fn load<S: Simd, E: Element>(self, from: *const E) -> S::Vector {
        if self.count == S::LANES {
            E::load::<S>(from)
        } else {
            E::load_first::<S>(from, self.count)
        }
    }

    /// # Safety
    /// `to` is writable for the lanes in use.
    #[inline(always)]
    pub unsafe fn store<S: Simd, E: Element>(self, to: *mut E, value: S::Vector) {
        if self.count == S::LANES {
            E::store::<S>(to, value);
        } else {
            E::store_first::<S>(to, value, self.count);
        }
    }
}

/// Pieces into which the pixels of maps are cut: the same whatever the timing, so that sums are.
pub(crate) fn pieces(extent: &Extent) -> usize {
    (extent.len() / TASK_VALUES).clamp(1, parallel::threads() * TASKS_PER_THREAD)
}

/// The pixels of piece `index` of `pieces`.
pub(crate) fn piece(extent: &Extent, pieces: usize, index: usize) -> Range<usize> {
    let step = extent.pixels().div_ceil(pieces);
    (index * step).min(extent.pixels())..((index + 1) * step).min(extent.pixels())
}

/// Measures every piece of the pixels on its own, on all cores; the results are in the order of the
/// pieces.
pub(crate) fn by_pieces<T: Send>(
    extent: &Extent,
    none: impl Fn() -> T + Send + Sync,
    measure: impl Fn(Range<usize>, &mut T) + Send + Sync,
) -> Vec<T> {
    let pieces = pieces(extent);
    let measured = |index: usize| {
        let mut part = none();
        measure(piece(extent, pieces, index), &mut part);
        part
    };
    parallel::map(pieces, measured)
}

/// Cuts pixels into chunks for the first-level cache.
#[inline(always)]
pub(crate) fn chunks(pixels: Range<usize>, channels: usize) -> impl Iterator<Item = Range<usize>> {
    let step = (CHUNK_VALUES / channels.max(1)).clamp(8, 128);
    pixels.clone().step_by(step).map(move |start| start..pixels.end.min(start + step))
}
