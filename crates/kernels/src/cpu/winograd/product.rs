//! The matrix products at one point.

#![expect(unsafe_code, reason = "innermost loops on raw pointers")]

use super::Begin;
use crate::cpu::simd::Simd;
use crate::cpu::tile::{multiply, rows_that_fit, with_tile, zeros};

/// Tiles at one point times one panel of weights.
#[derive(Clone, Copy)]
pub(super) struct Product {
    pub from: *const f32,
    /// Values from one tile's inputs to the next one's.
    pub stride: usize,
    /// `[depth][vectors of outputs]`.
    pub panel: *const f32,
    pub depth: usize,
    pub to: *mut f32,
    /// Values from one tile's sums to the next one's.
    pub width: usize,
    pub begin: Begin,
}

impl Product {
    /// # Safety
    /// All pointers are valid for so many tiles and vectors.
    #[inline(always)]
    pub unsafe fn run<S: Simd>(self, tiles: usize, vectors: usize) {
        let mut tile = 0;
        while tile < tiles {
            let rows = rows_that_fit::<S>(tiles - tile);
            // SAFETY: by the caller's promise.
            unsafe {
                let from = self.from.add(tile * self.stride);
                let part = Self { from, to: self.to.add(tile * self.width), ..self };
                with_tile!(rows, vectors, product::<S>(part));
            }
            tile += rows;
        }
    }
}

/// `R` tiles times one panel.
///
/// # Safety
/// `from` is valid for `R` tiles, `to` for `R` rows of `N` vectors.
#[inline(always)]
unsafe fn product<S: Simd, const R: usize, const N: usize>(product: Product) {
    let Product { from, stride, panel, depth, to, width, begin } = product;
    // SAFETY: by the caller's promise.
    unsafe {
        let mut sums = zeros::<S, R, N>();
        if begin == Begin::Sums {
            for (r, sums) in sums.iter_mut().enumerate() {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = S::load(to.add(r * width + v * S::LANES));
                }
            }
        }
        let rows: [*const f32; R] = std::array::from_fn(|r| from.add(r * stride));
        multiply::<S, R, N>(&mut sums, &rows, panel, depth);
        for (r, sums) in sums.into_iter().enumerate() {
            for (v, sum) in sums.into_iter().enumerate() {
                S::store(to.add(r * width + v * S::LANES), sum);
            }
        }
    }
}
