//! Weight gradient: for every tap, inputs x pixels by pixels x outputs.

#![expect(unsafe_code, reason = "sums are written in parallel through one pointer")]

use std::ops::Range;

use burn_std::bf16;

use super::grid::Grid;
use super::planes::{Pairs, Planes};
use crate::cpu::conv::sums::{Shape, Sums};
use crate::cpu::conv::sweep;
use crate::cpu::maps::{Extent, Maps};
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{BLOCK, Block, DEPTH, Isa, Kernel, Multiplier, Simd, TILE, dispatch_half};
use crate::cpu::tile::Panels;
use crate::types::ConvGeometry;

/// Sums beyond this many bytes are not kept once per thread but cut by inputs among the threads.
const PRIVATE_SUMS: usize = 1024 * 1024;
/// Bytes of the operands of a block of rows: what stays in the second-level cache while all taps pass over it.
const BLOCK_BYTES: usize = 512 * 1024;

/// The gradient of a weight `[out, in, kernel, kernel]`, written to `gradient`.
pub(crate) fn weight_gradient(
    x: &Maps<bf16>,
    dy: &Maps<bf16>,
    kernel: usize,
    geometry: ConvGeometry,
    isa: Isa,
    gradient: &mut [f32],
) {
    let panels = Panels::new(dy.extent.channels, isa);
    let (from, to) = (x.extent, dy.extent);
    let sweep = sweep::forward(kernel, geometry, [to.height, to.width]);
    let grid = Grid::new(&sweep, from);
    let inputs = from.channels;
    let shape =
        Shape { taps: kernel * kernel, inputs, rows: inputs.next_multiple_of(TILE), panels };
    let lines = to.batch * to.height;
    let private = shape.len() * size_of::<f32>() <= PRIVATE_SUMS;
    let slots = if private { parallel::threads().min(lines).max(1) } else { 1 };
    let mut sums = Sums::zeros(shape, slots);
    let job = Job { x: x.as_ptr(), dy: dy.as_ptr(), from, to, grid: &grid, shape };
    let shared = Shared((sums.as_mut_ptr(), job));
    if private {
        let share = lines.div_ceil(slots);
        parallel::run(slots, |slot| {
            let (to, job) = shared.get();
            let to = to.wrapping_add(slot * job.shape.len());
            let lines = lines.min(slot * share)..lines.min((slot + 1) * share);
            // SAFETY: slots are disjoint.
            unsafe { dispatch_half(isa, Part { job, to, lines, inputs: 0..inputs }) };
        });
    } else {
        let pieces = parallel::threads().min(inputs.div_ceil(BLOCK));
        parallel::ranges(inputs, pieces, BLOCK, |inputs| {
            let (to, job) = shared.get();
            // SAFETY: rows of inputs are disjoint.
            unsafe { dispatch_half(isa, Part { job, to, lines: 0..lines, inputs }) };
        });
    }
    sums.write(gradient);
}

#[derive(Clone, Copy)]
struct Job<'a> {
    x: *const bf16,
    dy: *const bf16,
    /// Extent of `x`.
    from: Extent,
    /// Extent of `dy`.
    to: Extent,
    grid: &'a Grid,
    shape: Shape,
}

/// One task: some rows of output gradients, some inputs.
struct Part<'a> {
    job: Job<'a>,
    to: *mut f32,
    lines: Range<usize>,
    inputs: Range<usize>,
}

impl Kernel for Part<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Job { from, to, grid, shape, .. } = self.job;
        let multiplier = Multiplier::new(shape.panels.isa);
        let line_values = grid.pitch * (self.inputs.len() + to.channels);
        let step = (BLOCK_BYTES / (line_values * size_of::<bf16>()).max(1)).max(1);
        let mut start = self.lines.start;
        while start < self.lines.end {
            let lines = start..self.lines.end.min(start + step);
            let segments = grid.segments(lines);
            // SAFETY: the maps have these lines and channels; sums have room for all inputs and outputs.
            unsafe {
                let pairs = Pairs::new::<S>(grid, &segments, to.height, self.job.dy, shape.panels);
                let end = pairs.chunks * DEPTH;
                let inputs = self.inputs.clone();
                let planes =
                    Planes::new::<S>(grid, &segments, end, self.job.x, from.channels, inputs);
                self.add(&multiplier, &planes, &pairs);
            }
            start += step;
        }
    }
}

impl Part<'_> {
    /// Adds the products of all taps.
    #[inline(always)]
    unsafe fn add(&self, multiplier: &Multiplier, planes: &Planes, pairs: &Pairs) {
        let shape = &self.job.shape;
        for panel in 0..shape.panels.count() {
            let columns = shape.panels.get(panel);
            for (tap, offset) in planes.offsets.iter().enumerate() {
                for first in (0..self.inputs.len()).step_by(BLOCK) {
                    let row = shape.row(tap, panel, self.inputs.start + first);
                    let block = Block {
                        left: planes.plane(first),
                        left_stride: planes.stride(),
                        offsets: std::slice::from_ref(offset),
                        chunks: pairs.chunks,
                        right: pairs.panel(panel),
                        sums: self.to.wrapping_add(row),
                        sums_stride: shape.row_len(panel) * size_of::<f32>(),
                        rows: BLOCK.min(self.inputs.len() - first),
                        columns: columns.columns,
                        add: true,
                    };
                    // SAFETY: planes reach as far as the taps, and the sums have these rows.
                    unsafe { multiplier.sums(&block) };
                }
            }
        }
    }
}
