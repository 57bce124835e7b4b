//! Sums over tiles at the points, and kernels from them.

#![expect(unsafe_code, reason = "sums of several tasks lie in one buffer")]

use std::ops::Range;
use std::sync::atomic::Ordering;

use super::job::{Job, TAPS};
use crate::cpu::lanes::from_lanes;
use crate::cpu::simd::Simd;
use crate::cpu::tile::{MAX_ROWS, Run, Tile, correlate};
use crate::cpu::winograd::weights::KERNEL;
use crate::cpu::winograd::{Begin, INPUT, is_finite, transform};

/// Adds one run to `R` rows of `N` vectors at `sums`.
///
/// # Safety
/// `run` is readable and `sums` writable for that.
#[inline(always)]
pub(super) unsafe fn accumulate<S: Simd, const R: usize, const N: usize>(
    run: Run,
    sums: *mut f32,
    begin: Begin,
) {
    // SAFETY: by the caller's promise.
    unsafe {
        let at = |r: usize, v: usize| sums.add((r * N + v) * S::LANES);
        let mut tile: Tile<S, R, N> = [[S::splat(0.0); N]; R];
        if begin == Begin::Sums {
            for (r, row) in tile.iter_mut().enumerate() {
                for (v, sum) in row.iter_mut().enumerate() {
                    *sum = S::load(at(r, v));
                }
            }
        }
        correlate::<S, R, N>(&mut tile, run, S::LANES);
        for (r, row) in tile.into_iter().enumerate() {
            for (v, sum) in row.into_iter().enumerate() {
                S::store(at(r, v), sum);
            }
        }
    }
}

/// Where sums of one vector of outputs lie.
#[derive(Clone, Copy)]
pub(super) struct Sums {
    /// Of the first input at the first point.
    pub from: *const f32,
    /// Values from one point to the next.
    pub point: usize,
    /// Values from one input to the next.
    pub input: usize,
    /// Sums of several threads, to be added in their order.
    pub slots: usize,
    /// Values from one thread's to the next one's.
    pub slot: usize,
}

/// Points of some inputs, at most [`MAX_ROWS`], to their kernels to one vector of outputs.
///
/// # Safety
/// The sums are complete; inputs and outputs exist.
#[inline(always)]
pub(super) unsafe fn finish<S: Simd, E>(
    job: &Job<'_, E>,
    sums: Sums,
    inputs: Range<usize>,
    outputs: usize,
) {
    let (first, count) = (inputs.start, inputs.len() * TAPS);
    // SAFETY: by the caller's promise; a vector is `LANES` values.
    unsafe {
        let mut values = [S::splat(0.0); MAX_ROWS * TAPS];
        for (index, taps) in values.chunks_exact_mut(TAPS).take(inputs.len()).enumerate() {
            let from = sums.from.add(index * sums.input);
            taps.copy_from_slice(&points_to_kernel::<S>(Sums { from, ..sums }));
        }
        if !is_finite::<S>(&values[..count]) {
            job.not_finite.store(true, Ordering::Relaxed);
        }
        let to = job.kernels(first, outputs);
        from_lanes::<S>(values.as_ptr().cast(), to, [S::LANES, count]);
    }
}

/// # Safety
/// Every slot and point holds a vector.
#[inline(always)]
unsafe fn points_to_kernel<S: Simd>(sums: Sums) -> [S::Vector; TAPS] {
    // SAFETY: by the caller's promise.
    unsafe {
        let mut rows = [[S::splat(0.0); KERNEL]; INPUT];
        for (i, row) in rows.iter_mut().enumerate() {
            let mut points = [S::splat(0.0); INPUT];
            for (j, point) in points.iter_mut().enumerate() {
                let from = sums.from.add((i * INPUT + j) * sums.point);
                for slot in 0..sums.slots {
                    *point = S::add(*point, S::load(from.add(slot * sums.slot)));
                }
            }
            *row = transform::kernel_gradient::<S>(points);
        }
        let mut taps = [S::splat(0.0); TAPS];
        for j in 0..KERNEL {
            let column = transform::kernel_gradient::<S>(transform::column(&rows, j));
            for (i, value) in column.into_iter().enumerate() {
                taps[i * KERNEL + j] = value;
            }
        }
        taps
    }
}
