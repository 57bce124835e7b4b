//! Direct convolution of any kernel, stride and padding, and its data gradient.
//!
//! A register tile holds consecutive output pixels (across rows and pictures) for one panel of
//! output channels; each tap adds one matrix product. Pixels outside the input are read from a row
//! of zeros, so nothing is padded or copied.

#![expect(unsafe_code, reason = "tiles of the output are written in parallel")]

use super::sweep::Sweep;
use super::weights::PackedWeights;
use crate::cpu::epilogue::Epilogue;
use crate::cpu::maps::Extent;
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::tile::{MAX_ROWS, multiply, rows_that_fit, with_tile, zeros};

/// Weights that a task keeps in the second-level cache, in bytes.
const CACHED_WEIGHTS: usize = 320 * 1024;
/// Taps for which pixel pointers are kept.
const MAX_TAPS: usize = 49;
/// Work of one task at least, in multiply-adds: tens of microseconds.
const TASK_WORK: usize = 1 << 21;

/// Input of a direct convolution.
#[derive(Clone, Copy)]
pub(crate) struct Direct<'a> {
    pub input: *const f32,
    pub input_extent: Extent,
    pub output: *mut f32,
    pub output_extent: Extent,
    pub weights: &'a PackedWeights,
    pub sweep: &'a Sweep,
    pub epilogue: Epilogue,
}

/// Runs a sweep on all cores.
///
/// # Safety
/// Pointers are valid for their extents; the output is not read by anybody else.
pub(crate) unsafe fn run(direct: Direct<'_>) {
    let Direct { weights, sweep, input_extent, .. } = direct;
    assert!(sweep.taps.len() <= MAX_TAPS, "kernels of more than {MAX_TAPS} taps are not supported");
    let zeros = Buffer::<f32>::zeros(input_extent.channels);
    let positions = input_extent.batch * sweep.count[0] * sweep.count[1];
    let panels = weights.panels.count();
    let group = (CACHED_WEIGHTS / weights.panel_bytes().max(1)).clamp(1, panels.max(1));
    let groups = panels.div_ceil(group);
    let work = positions * weights.panels.padded() * sweep.taps.len() * weights.inputs;
    let tasks = (work / TASK_WORK + 1).min(parallel::threads() * TASKS_PER_THREAD);
    let pieces = tasks.next_multiple_of(parallel::threads()).div_ceil(groups);
    let step = positions.div_ceil(pieces).next_multiple_of(MAX_ROWS);
    let pieces = positions.div_ceil(step);
    let shared = Shared((direct, zeros.as_ptr()));
    parallel::run(groups * pieces, |task| {
        let (direct, zeros) = shared.get();
        let (panel, first) = (task / pieces * group, task % pieces * step);
        let part = Part {
            direct,
            zeros,
            panels: panel..panels.min(panel + group),
            positions: first..positions.min(first + step),
        };
        // SAFETY: by the caller's promise; tasks write disjoint pixels or channels.
        unsafe { dispatch(part.direct.weights.panels.isa, part) };
    });
}

/// Tasks a thread gets, so that a thread that is held up does not hold up the others.
const TASKS_PER_THREAD: usize = 8;

/// One task: some panels of some output pixels.
struct Part<'a> {
    direct: Direct<'a>,
    zeros: *const f32,
    panels: std::ops::Range<usize>,
    positions: std::ops::Range<usize>,
}

/// Pixel pointers of a tile: input by tap and row, output by row.
struct Pixels {
    sources: [[*const f32; MAX_ROWS]; MAX_TAPS],
    targets: [usize; MAX_ROWS],
}

impl Kernel for Part<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let columns = self.direct.weights.panels.seen_by::<S>();
        let mut pixels =
            Pixels { sources: [[self.zeros; MAX_ROWS]; MAX_TAPS], targets: [0; MAX_ROWS] };
        let mut position = self.positions.start;
        while position < self.positions.end {
            let rows = rows_that_fit::<S>(self.positions.end - position);
            self.locate(position, rows, &mut pixels);
            for panel in self.panels.clone() {
                let vectors = columns.get(panel).vectors;
                // SAFETY: the pixels were just located for these rows.
                unsafe {
                    with_tile!(rows, vectors, tile::<S>(&self.direct, panel, &pixels));
                }
            }
            position += rows;
        }
    }
}

impl Part<'_> {
    /// Fills the pointers of the `rows` pixels from `position` on.
    #[inline(always)]
    fn locate(&self, position: usize, rows: usize, pixels: &mut Pixels) {
        let Direct { sweep, input_extent: from, output_extent: to, input, .. } = self.direct;
        let [height, width] = sweep.count;
        for row in 0..rows {
            let (line, i) = ((position + row) / width, (position + row) % width);
            let (n, j) = (line / height, line % height);
            let y = sweep.start[0] + sweep.step * j;
            let x = sweep.start[1] + sweep.step * i;
            pixels.targets[row] = ((n * to.height + y) * to.width + x) * to.channels;
            let (y, x) = ((sweep.source_step * j) as isize, (sweep.source_step * i) as isize);
            let picture = n * from.height * from.width;
            for (tap, sources) in sweep.taps.iter().zip(&mut pixels.sources) {
                // Negative positions become huge, so one comparison an axis checks both ends.
                let (y, x) = ((y + tap.y) as usize, (x + tap.x) as usize);
                sources[row] = if y < from.height && x < from.width {
                    input.wrapping_add((picture + y * from.width + x) * from.channels)
                } else {
                    self.zeros
                };
            }
        }
    }
}

/// Computes and stores one register tile.
///
/// # Safety
/// `pixels` holds valid pointers for `R` rows.
#[inline(always)]
unsafe fn tile<S: Simd, const R: usize, const N: usize>(
    direct: &Direct<'_>,
    panel: usize,
    pixels: &Pixels,
) {
    let Direct { weights, sweep, epilogue, output, .. } = direct;
    let columns = weights.panels.get(panel);
    let panel = weights.panel(panel);
    // SAFETY: by the caller's promise; the panel holds `inputs` x `N` vectors for every tap.
    unsafe {
        let mut sums = zeros::<S, R, N>();
        for (tap, sources) in sweep.taps.iter().zip(&pixels.sources) {
            let rows = sources.first_chunk::<R>().expect("tiles have at most MAX_ROWS rows");
            let weights_of_tap = panel.add(tap.weight * weights.inputs * N * S::LANES);
            multiply::<S, R, N>(&mut sums, rows, weights_of_tap, weights.inputs);
        }
        for (target, sums) in pixels.targets.iter().zip(sums) {
            for (v, sum) in sums.into_iter().enumerate() {
                let channel = columns.start + v * S::LANES;
                let count = (columns.columns - v * S::LANES).min(S::LANES);
                epilogue.store::<S>(*output, target + channel, channel, count, sum);
            }
        }
    }
}
