//! Weight gradients whose sums fit beside the points: every thread sums over its own share of the tiles.

#![expect(unsafe_code, reason = "points are written in parallel through one pointer")]

use std::ops::Range;

use super::job::Job;
use super::points::{Gradients, Inputs, Memory};
use super::sums::{Sums, accumulate, finish};
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Element, Kernel, Simd, dispatch};
use crate::cpu::tile::{MAX_ROWS, rows_that_fit, with_tile};
use crate::cpu::winograd::{Begin, POINTS, Points};

/// Points of a block of tiles in bytes: what the second-level cache holds beside the sums.
const BLOCK_BYTES: usize = 400 * 1024;

/// Every slot sums over its own share of the tiles, block by block; then kernels from the sums
/// `[slot][point][panel][input][two vectors of outputs]`.
pub(super) fn by_tiles<E: Element>(job: Job<'_, E>) {
    let isa = job.panels.isa;
    let tiles = job.grid.tiles();
    let slots = parallel::threads().min(tiles);
    let slot_len = POINTS * job.inputs * job.outputs;
    let mut sums = Buffer::<f32>::new(slot_len * slots);
    let share = tiles.div_ceil(slots);
    let most = BLOCK_BYTES / (POINTS * (job.inputs + job.outputs) * size_of::<f32>());
    let step = share.div_ceil(share.div_ceil(most.max(1)));
    let shared = Shared((job, sums.as_mut_ptr()));
    parallel::run(slots, |slot| {
        let (job, sums) = shared.get();
        let tiles = slot * share..tiles.min((slot + 1) * share);
        let (from, to) = (Points::new(step, job.inputs), Points::new(step, job.outputs));
        let (mut x, mut dy) = (Buffer::<f32>::new(from.len()), Buffer::new(to.len()));
        let memory = Memory { from, x: x.as_mut_ptr(), to, dy: dy.as_mut_ptr() };
        // SAFETY: slots are disjoint.
        let sums = unsafe { sums.add(slot * slot_len) };
        let mut start = tiles.start;
        while start < tiles.end || start == tiles.start {
            let block = start..tiles.end.min(start + step);
            let begin = if start == tiles.start { Begin::Zero } else { Begin::Sums };
            let count = block.len();
            // SAFETY: maps outlive the call; the memory has room for `step` tiles.
            unsafe {
                E::dispatch(isa, Inputs { job, memory, tiles: block.clone(), first: 0 });
                E::dispatch(isa, Gradients { job, memory, tiles: block, first: 0 });
                dispatch(isa, Products { job, memory, sums, tiles: count, begin });
            }
            start += step;
        }
    });
    parallel::ranges(job.inputs, parallel::threads() * 2, 1, |inputs| {
        let (job, sums) = shared.get();
        // SAFETY: tasks write the gradients of disjoint inputs.
        unsafe { dispatch(isa, Finish { job, sums, slots, slot_len, inputs }) };
    });
}

/// Correlations over tiles, of all kernels.
struct Products<'a, E> {
    job: Job<'a, E>,
    memory: Memory,
    sums: *mut f32,
    tiles: usize,
    begin: Begin,
}

impl<E: Element> Kernel for Products<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, memory, sums, tiles, begin } = self;
        let panels = job.panels.seen_by::<S>();
        for point in 0..POINTS {
            for panel in 0..panels.count() {
                let columns = panels.get(panel);
                let width = columns.vectors * S::LANES;
                let start = (point * job.outputs + columns.start) * job.inputs;
                let mut input = 0;
                while input < job.inputs {
                    let rows = rows_that_fit::<S>(job.inputs - input);
                    let run = memory.run(point, input, columns.start, tiles);
                    // SAFETY: `rows` inputs exist from `input` on, and the panel's columns.
                    unsafe {
                        let to = sums.add(start + input * width);
                        with_tile!(rows, columns.vectors, accumulate::<S>(run, to, begin));
                    }
                    input += rows;
                }
            }
        }
    }
}

/// Points of some inputs to kernels.
struct Finish<'a, E> {
    job: Job<'a, E>,
    sums: *const f32,
    slots: usize,
    slot_len: usize,
    inputs: Range<usize>,
}

impl<E: Element> Kernel for Finish<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, sums, slots, slot_len, inputs } = self;
        let panels = job.panels.seen_by::<S>();
        for panel in 0..panels.count() {
            let columns = panels.get(panel);
            let width = columns.vectors * S::LANES;
            for first in inputs.clone().step_by(MAX_ROWS) {
                let rows = first..inputs.end.min(first + MAX_ROWS);
                for v in 0..columns.vectors {
                    let start = columns.start * job.inputs + first * width + v * S::LANES;
                    // SAFETY: every slot and point holds vectors of these inputs there.
                    unsafe {
                        let from = sums.add(start);
                        let point = job.inputs * job.outputs;
                        let sums = Sums { from, point, input: width, slots, slot: slot_len };
                        finish::<S, E>(&job, sums, rows.clone(), columns.start + v * S::LANES);
                    }
                }
            }
        }
    }
}
