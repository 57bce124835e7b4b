//! Peak rates of this machine: fused multiply-adds in registers, and copies of memory.
//!
//! Figures of kernels are given as shares of these. A convolution by Winograd's algorithm does fewer
//! multiplications than are counted for it, so that its share may pass 1.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on vectors")]

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::parallel::{self, Shared};
use super::simd::{Isa, Kernel, Simd, dispatch};
use super::tile::{PANEL_VECTORS, Tile, with_tile};

/// Rounds of a task.
const ROUNDS: usize = 4_000_000;
/// Values copied: far more than any cache holds.
const VALUES: usize = 64 << 20;
/// The best of so many runs counts.
const RUNS: usize = 5;

/// The machine's best rates, on all cores that the thread pool uses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// 10^9 floating-point operations a second, two a multiply-add.
    pub gflops: f64,
    /// 10^9 bytes read and written a second by a copy.
    pub gigabytes: f64,
}

impl Peak {
    /// Measures; takes a second or two.
    pub fn measure() -> Self {
        let operations = AtomicUsize::new(0);
        let arithmetic = best(|| {
            operations.store(0, Ordering::Relaxed);
            let isa = Isa::current();
            parallel::run(parallel::threads(), |_| {
                // SAFETY: touches registers only.
                unsafe { dispatch(isa, MultiplyAdd { operations: &operations }) };
            });
        });
        let operations = operations.into_inner();
        let (from, mut to) = (vec![1.0f32; VALUES], vec![0.0f32; VALUES]);
        let copy = best(|| copy(&from, &mut to));
        let bytes = 2 * VALUES * size_of::<f32>();
        Self { gflops: operations as f64 / arithmetic / 1e9, gigabytes: bytes as f64 / copy / 1e9 }
    }
}

/// Seconds of the fastest run.
fn best(mut run: impl FnMut()) -> f64 {
    let once = |_| {
        let clock = Instant::now();
        run();
        clock.elapsed().as_secs_f64()
    };
    (0..RUNS).map(once).fold(f64::INFINITY, f64::min)
}

fn copy(from: &[f32], to: &mut [f32]) {
    let to = Shared(to.as_mut_ptr());
    parallel::ranges(from.len(), parallel::threads(), 1, |range| {
        // SAFETY: ranges are disjoint and inside both.
        unsafe {
            let target = to.get().add(range.start);
            std::ptr::copy_nonoverlapping(from.as_ptr().add(range.start), target, range.len());
        }
    });
}

/// Independent sums, as many as the convolutions' register tiles have: more than the units' latency
/// times their number, and no more than there are registers.
struct MultiplyAdd<'a> {
    operations: &'a AtomicUsize,
}

impl Kernel for MultiplyAdd<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let sums = with_tile!(S::ROWS, PANEL_VECTORS, rounds::<S>());
        self.operations.fetch_add(2 * ROUNDS * sums * S::LANES, Ordering::Relaxed);
    }
}

/// Returns the number of sums.
#[inline(always)]
unsafe fn rounds<S: Simd, const R: usize, const N: usize>() -> usize {
    let (factor, term) = (S::splat(black_box(0.5)), S::splat(black_box(0.25)));
    let mut sums: Tile<S, R, N> = [[term; N]; R];
    for _ in 0..ROUNDS {
        for sum in sums.as_flattened_mut() {
            *sum = S::mul_add(*sum, factor, term);
        }
    }
    let mut total = S::splat(0.0);
    for sum in sums.as_flattened() {
        total = S::add(total, *sum);
    }
    let mut last = 0.0f32;
    S::store_first(&raw mut last, total, 1);
    black_box(last);
    R * N
}
