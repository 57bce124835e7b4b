//! Weight gradients of many kernels: all tiles to points first, then every task takes some kernels.

#![expect(unsafe_code, reason = "points are written in parallel through one pointer")]

use std::ops::Range;

use super::job::{Job, TAPS};
use super::points::{Gradients, Inputs, Memory};
use super::sums::{Sums, accumulate, finish};
use crate::cpu::lanes::prefetch;
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Element, Kernel, Simd, dispatch};
use crate::cpu::tile::{MAX_ROWS, rows_that_fit, with_tile};
use crate::cpu::winograd::{Begin, POINTS, Points};

/// Inputs of one task: some register tiles, so that gradients at the points stay in a cache.
const TASK_INPUTS: usize = 4 * MAX_ROWS;

/// All tiles to points; then every task takes some kernels from their sums to their values, which
/// are too many for sums of all of them to stay in a cache.
pub(super) fn by_kernels<E: Element>(job: Job<'_, E>) {
    let isa = job.panels.isa;
    let tiles = job.grid.tiles();
    let (from, to) = (Points::new(tiles, job.inputs), Points::new(tiles, job.outputs));
    let (mut x, mut dy) = (Buffer::<f32>::new(from.len()), Buffer::new(to.len()));
    let memory = Memory { from, x: x.as_mut_ptr(), to, dy: dy.as_mut_ptr() };
    let shared = Shared((job, memory));
    parallel::ranges(tiles, parallel::threads() * 2, 1, |tiles| {
        let (job, memory) = shared.get();
        let first = tiles.start;
        // SAFETY: maps outlive the call; tasks write disjoint tiles.
        unsafe {
            E::dispatch(isa, Inputs { job, memory, tiles: tiles.clone(), first });
            E::dispatch(isa, Gradients { job, memory, tiles, first });
        }
    });
    let groups = job.inputs.div_ceil(TASK_INPUTS);
    parallel::run(job.panels.count() * groups, |task| {
        let (job, memory) = shared.get();
        let (panel, first) = (task / groups, task % groups * TASK_INPUTS);
        let inputs = first..job.inputs.min(first + TASK_INPUTS);
        // SAFETY: tasks write disjoint panels or inputs.
        unsafe { dispatch(isa, Kernels { job, memory, tiles, panel, inputs }) };
    });
}

/// Some inputs' kernels to one panel of outputs.
struct Kernels<'a, E> {
    job: Job<'a, E>,
    memory: Memory,
    tiles: usize,
    panel: usize,
    inputs: Range<usize>,
}

impl<E: Element> Kernel for Kernels<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, memory, tiles, panel, inputs } = self;
        let columns = job.panels.seen_by::<S>().get(panel);
        let width = columns.vectors * S::LANES;
        let mut sums = Buffer::<f32>::new(POINTS * MAX_ROWS * width);
        let sums = sums.as_mut_ptr();
        let mut input = inputs.start;
        while input < inputs.end {
            let rows = rows_that_fit::<S>(inputs.end - input);
            let stride = rows * width;
            // SAFETY: `rows` inputs exist from `input` on, and the panel's columns; there is room
            // for so many sums at every point.
            unsafe {
                for point in 0..POINTS {
                    if point < columns.columns {
                        let kernels = job.kernels(input, columns.start + point);
                        prefetch::<S>(kernels.first, rows * TAPS);
                    }
                    let run = memory.run(point, input, columns.start, tiles);
                    let to = sums.add(point * stride);
                    with_tile!(rows, columns.vectors, accumulate::<S>(run, to, Begin::Zero));
                }
                for v in 0..columns.vectors {
                    let sums = Sums {
                        from: sums.add(v * S::LANES),
                        point: stride,
                        input: width,
                        slots: 1,
                        slot: 0,
                    };
                    let outputs = columns.start + v * S::LANES;
                    finish::<S, E>(&job, sums, input..input + rows, outputs);
                }
            }
            input += rows;
        }
    }
}
