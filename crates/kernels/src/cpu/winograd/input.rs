//! Tiles of pixels to points: inputs (6x6 with `Bᵀ`) and output gradients (4x4 with `A`).

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use super::{Grid, INPUT, OUTPUT, Place, Points, transform};
use crate::cpu::maps::Extent;
use crate::cpu::simd::{Element, Simd};

/// Where pixels come from; `zeros` stands for those outside.
#[derive(Clone, Copy)]
pub(super) struct Source<E> {
    pub pixels: *const E,
    pub extent: Extent,
    pub zeros: *const E,
}

impl<E> Source<E> {
    /// Pointers to the `N` x `N` pixels from `(y, x)` on.
    #[inline(always)]
    fn tile<const N: usize>(&self, picture: usize, y: isize, x: isize) -> [[*const E; N]; N] {
        let Extent { height, width, channels, .. } = self.extent;
        let mut pointers = [[self.zeros; N]; N];
        for (i, row) in pointers.iter_mut().enumerate() {
            // Negative positions become huge, so one comparison checks both ends.
            let y = (y + i as isize) as usize;
            if y >= height {
                continue;
            }
            let line = (picture * height + y) * width;
            for (j, pointer) in row.iter_mut().enumerate() {
                let x = (x + j as isize) as usize;
                if x < width {
                    *pointer = self.pixels.wrapping_add((line + x) * channels);
                }
            }
        }
        pointers
    }
}

/// Transforms input tiles `tiles` into `to`, the first of them becoming tile `first` there.
///
/// # Safety
/// `source` is valid for its extent, `to` for `points`; channels are whole vectors.
#[inline(always)]
pub(super) unsafe fn inputs<S: Simd, E: Element>(
    source: Source<E>,
    padding: usize,
    grid: Grid,
    tiles: std::ops::Range<usize>,
    to: *mut f32,
    points: Points,
    first: usize,
) {
    for (tile, index) in tiles.zip(first..) {
        let Place { picture, y, x } = grid.place(tile);
        let (y, x) = (y as isize - padding as isize, x as isize - padding as isize);
        let pixels = source.tile::<INPUT>(picture, y, x);
        let mut channel = 0;
        while channel < points.channels {
            let mut rows = [[S::splat(0.0); INPUT]; INPUT];
            for (row, pixels) in rows.iter_mut().zip(&pixels) {
                *row = transform::input::<S>(load_row::<S, E, INPUT>(pixels, channel));
            }
            for j in 0..INPUT {
                let column = transform::input::<S>(transform::column(&rows, j));
                for (i, value) in column.into_iter().enumerate() {
                    S::store(to.add(points.offset(i * INPUT + j, index) + channel), value);
                }
            }
            channel += S::LANES;
        }
    }
}

/// Transforms tiles of output gradients, as [`inputs`] does.
///
/// # Safety
/// Those of [`inputs`].
#[inline(always)]
pub(super) unsafe fn output_gradients<S: Simd, E: Element>(
    source: Source<E>,
    grid: Grid,
    tiles: std::ops::Range<usize>,
    to: *mut f32,
    points: Points,
    first: usize,
) {
    for (tile, index) in tiles.zip(first..) {
        let Place { picture, y, x } = grid.place(tile);
        let pixels = source.tile::<OUTPUT>(picture, y as isize, x as isize);
        let mut channel = 0;
        while channel < points.channels {
            let mut rows = [[S::splat(0.0); INPUT]; OUTPUT];
            for (row, pixels) in rows.iter_mut().zip(&pixels) {
                *row = transform::output_gradient::<S>(load_row::<S, E, OUTPUT>(pixels, channel));
            }
            for j in 0..INPUT {
                let column = transform::output_gradient::<S>(transform::column(&rows, j));
                for (i, value) in column.into_iter().enumerate() {
                    S::store(to.add(points.offset(i * INPUT + j, index) + channel), value);
                }
            }
            channel += S::LANES;
        }
    }
}

/// One vector of channels of every pixel. A loop, for closures lack the vector instructions.
///
/// # Safety
/// Every pixel holds a vector there.
#[inline(always)]
unsafe fn load_row<S: Simd, E: Element, const N: usize>(
    pixels: &[*const E; N],
    channel: usize,
) -> [S::Vector; N] {
    let mut values = [S::splat(0.0); N];
    for (value, pixel) in values.iter_mut().zip(pixels) {
        *value = E::load::<S>(pixel.add(channel));
    }
    values
}
