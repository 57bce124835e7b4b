//! Forward pass and data gradient: blocks of outputs, tap by tap.

#![expect(unsafe_code, reason = "blocks of the output are written in parallel")]

use std::ops::Range;

use burn_std::bf16;

use super::gather::Gathered;
use super::grid::{Grid, Segment};
use super::weights::HalfWeights;
use crate::cpu::conv::sweep::Sweep;
use crate::cpu::epilogue::Epilogue;
use crate::cpu::maps::{Extent, Maps};
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{BLOCK, Block, DEPTH, Isa, Kernel, Multiplier, Simd, dispatch_half};

/// Weights that a task keeps in the second-level cache, in bytes.
const CACHED_WEIGHTS: usize = 512 * 1024;
/// Work of one task at least, in multiply-adds: about six microseconds on tiles. Cores are not equally fast where others
/// use them, so that halves would wait for the slower one.
const TASK_WORK: usize = 1 << 22;
/// Work below which handing it over takes longer.
const SHARED_WORK: usize = 1 << 21;
/// Tasks a thread gets, so that a thread that is held up does not hold up the others.
const TASKS_PER_THREAD: usize = 8;

/// A convolution or data gradient: what it reads, and what follows its sums.
pub(super) struct Application<'a> {
    pub x: &'a Maps<bf16>,
    pub weights: &'a HalfWeights,
    pub epilogue: Epilogue<bf16>,
}

/// Runs its sweeps on all cores.
pub(super) fn apply(application: Application<'_>, sweeps: &[Sweep], output: &mut Maps<bf16>) {
    let Application { x, weights, epilogue } = application;
    let to = output.as_mut_slice().as_mut_ptr();
    for sweep in sweeps {
        let grid = Grid::new(sweep, x.extent);
        let job = Job {
            input: x.as_ptr(),
            input_extent: x.extent,
            output: to,
            output_extent: output.extent,
            weights,
            sweep,
            grid: &grid,
            epilogue,
        };
        job.run();
    }
}

/// One sweep.
#[derive(Clone, Copy)]
struct Job<'a> {
    input: *const bf16,
    input_extent: Extent,
    output: *mut bf16,
    output_extent: Extent,
    weights: &'a HalfWeights,
    sweep: &'a Sweep,
    grid: &'a Grid,
    epilogue: Epilogue<bf16>,
}

impl Job<'_> {
    fn run(self) {
        let Self { weights, sweep, .. } = self;
        let lines = self.input_extent.batch * sweep.count[0];
        let panels = weights.panels.count();
        let group = self.panels_per_task();
        let groups = panels.div_ceil(group);
        let depth = weights.chunks * DEPTH * sweep.taps.len().max(1);
        let work = lines * sweep.count[1] * weights.panels.padded() * depth;
        let tasks = (work / TASK_WORK + 1).min(parallel::threads() * TASKS_PER_THREAD);
        let tasks =
            if work < SHARED_WORK { 1 } else { tasks.next_multiple_of(parallel::threads()) };
        let pieces = tasks.div_ceil(groups).min(lines);
        let step = lines.div_ceil(pieces);
        let pieces = lines.div_ceil(step);
        let shared = Shared(self);
        parallel::run(groups * pieces, |task| {
            let job = shared.get();
            let (panel, first) = (task / pieces * group, task % pieces * step);
            let part = Part {
                job,
                panels: panel..panels.min(panel + group),
                lines: first..lines.min(first + step),
            };
            // SAFETY: maps live until all tasks are done, and these write disjoint pixels or channels.
            unsafe { dispatch_half(job.weights.panels.isa, part) };
        });
    }

    /// Threads share the outputs' channels where weights are more than pixels: each reads a part of them.
    fn panels_per_task(&self) -> usize {
        let panels = self.weights.panels.count();
        let cached = (CACHED_WEIGHTS / self.weights.panel_bytes().max(1)).clamp(1, panels);
        let pixels = self.input_extent.len() * size_of::<bf16>();
        if panels * self.weights.panel_bytes() > pixels {
            return cached.min(panels.div_ceil(parallel::threads()));
        }
        cached
    }

    fn isa(&self) -> Isa {
        self.weights.panels.isa
    }
}

/// One task: some panels of some rows of outputs.
struct Part<'a> {
    job: Job<'a>,
    panels: Range<usize>,
    lines: Range<usize>,
}

/// Sums of a block.
#[repr(align(64))]
struct Sums([f32; BLOCK * BLOCK]);

impl Kernel for Part<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, panels, lines } = self;
        let multiplier = Multiplier::new(job.isa());
        let segments = job.grid.segments(lines);
        // SAFETY: the input has these lines.
        let pixels = unsafe { Gathered::new(job.grid, &segments, job.input) };
        let tap = job.weights.first_tap(job.sweep);
        let has_products = !pixels.offsets.is_empty() && job.weights.chunks > 0;
        let mut sums = Sums([0.0; BLOCK * BLOCK]);
        for segment in &segments {
            let (first, outputs) = (job.grid.first(segment), job.grid.outputs(segment));
            for start in (0..outputs).step_by(BLOCK) {
                let rows = BLOCK.min(outputs - start);
                let left = pixels.position(first + start);
                let places = job.places(segment, start..start + rows);
                // Panels in turn, so that the channels of a pixel are written together.
                for panel in panels.clone() {
                    let block = Block {
                        left,
                        left_stride: pixels.stride,
                        offsets: &pixels.offsets,
                        chunks: job.weights.chunks,
                        right: job.weights.panel(panel, tap),
                        sums: sums.0.as_mut_ptr(),
                        sums_stride: BLOCK * size_of::<f32>(),
                        rows,
                        columns: job.weights.panels.get(panel).columns,
                        add: false,
                    };
                    // SAFETY: positions of a block's rows were gathered; the sums have room for a block.
                    unsafe {
                        // Otherwise they stay the zeros that they are.
                        if has_products {
                            multiplier.sums(&block);
                        }
                        job.store::<S>(&places[..rows], panel, &sums);
                    }
                }
            }
        }
    }
}

/// Place of positions that are no outputs.
const NOWHERE: usize = usize::MAX;

impl Job<'_> {
    /// Where the outputs of positions belong, which are counted from the segment's first; [`NOWHERE`] for those between rows.
    #[inline(always)]
    fn places(&self, segment: &Segment, positions: Range<usize>) -> [usize; BLOCK] {
        let Self { sweep, grid, output_extent: to, .. } = self;
        let mut places = [NOWHERE; BLOCK];
        let first = |line: usize| {
            let y = sweep.start[0] + sweep.step * (segment.lines.start + line);
            ((segment.picture * to.height + y) * to.width + sweep.start[1]) * to.channels
        };
        let step = sweep.step * to.channels;
        let (mut line, mut column) = (positions.start / grid.pitch, positions.start % grid.pitch);
        let mut offset = first(line) + column * step;
        for place in places.iter_mut().take(positions.len()) {
            if column < grid.width {
                *place = offset;
            }
            column += 1;
            offset += step;
            if column == grid.pitch {
                (line, column) = (line + 1, 0);
                offset = first(line);
            }
        }
        places
    }

    /// Finishes and stores the sums of one panel that have a place.
    #[inline(always)]
    unsafe fn store<S: Simd>(&self, places: &[usize], panel: usize, sums: &Sums) {
        let panel = self.weights.panels.get(panel);
        for vector in 0..panel.vectors {
            let channels = panel.outputs(vector, S::LANES);
            // SAFETY: the bias has the channels of the output.
            let finish = unsafe { self.epilogue.of_channels::<S>(channels) };
            let mut from = sums.0.as_ptr().wrapping_add(vector * S::LANES);
            for &place in places {
                // SAFETY: the output has this place; the sums have a whole block's vectors.
                unsafe {
                    if place != NOWHERE {
                        finish.store(self.output, place, S::load(from));
                    }
                    from = from.wrapping_add(BLOCK);
                }
            }
        }
    }
}
