//! Points to output pixels.

#![expect(unsafe_code, reason = "innermost loops on raw pointers")]

use super::job::Winograd;
use super::{INPUT, OUTPUT, Place, transform};
use crate::cpu::maps::Extent;
use crate::cpu::simd::{Element, Simd};

/// # Safety
/// `from` is valid for a vector at every point.
#[inline(always)]
pub(super) unsafe fn points_to_pixels<S: Simd>(
    from: *const f32,
    stride: usize,
) -> [[S::Vector; OUTPUT]; OUTPUT] {
    // SAFETY: by the caller's promise.
    unsafe {
        let mut rows = [[S::splat(0.0); OUTPUT]; INPUT];
        for (i, row) in rows.iter_mut().enumerate() {
            let mut points = [S::splat(0.0); INPUT];
            for (j, point) in points.iter_mut().enumerate() {
                *point = S::load(from.add((i * INPUT + j) * stride));
            }
            *row = transform::output::<S>(points);
        }
        let mut tile = [[S::splat(0.0); OUTPUT]; OUTPUT];
        for j in 0..OUTPUT {
            let column = transform::output::<S>(transform::column(&rows, j));
            for (row, value) in tile.iter_mut().zip(column) {
                row[j] = value;
            }
        }
        tile
    }
}

/// Stores the pixels of a tile that exist.
///
/// # Safety
/// `place` is a tile of the output, and `count` channels exist from `channel` on.
#[inline(always)]
pub(super) unsafe fn store_tile<S: Simd, E: Element>(
    winograd: &Winograd<'_, E>,
    place: Place,
    channel: usize,
    count: usize,
    tile: [[S::Vector; OUTPUT]; OUTPUT],
) {
    let Extent { channels, height, width, .. } = winograd.output_extent;
    let Place { picture, y, x } = place;
    for (i, row) in tile.into_iter().enumerate().take(height - y) {
        let line = ((picture * height + y + i) * width + x) * channels + channel;
        for (j, value) in row.into_iter().enumerate().take(width - x) {
            let offset = line + j * channels;
            // SAFETY: by the caller's promise.
            unsafe {
                winograd.epilogue.store::<S>(winograd.output, offset, channel, count, value);
            }
        }
    }
}
