//! Weight gradient of any kernel, stride and padding: correlations of input pixels with output
//! gradients, row by row, for every tap.

#![expect(unsafe_code, reason = "sums are written in parallel through one pointer")]

use std::ops::Range;

use super::sums::{Shape, Sums};
use crate::cpu::maps::{Extent, Maps};
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Isa, Kernel, Simd, dispatch};
use crate::cpu::tile::{Panels, Run, Tile, correlate, rows_that_fit, with_tile};
use crate::types::ConvGeometry;

/// Sums beyond this many bytes are not kept once per thread but cut by inputs among the threads.
const PRIVATE_SUMS: usize = 512 * 1024;
/// Input rows and output gradients of a block in bytes: what stays in the second-level cache while
/// all taps pass over it.
const BLOCK_BYTES: usize = 256 * 1024;
/// Input channels that a task takes at least, where the sums are cut by inputs.
const TASK_INPUTS: usize = 24;

/// The gradient of a weight `[out, in, kernel, kernel]`, written to `gradient`.
pub(crate) fn weight_gradient(
    x: &Maps,
    dy: &Maps,
    kernel: usize,
    geometry: ConvGeometry,
    isa: Isa,
    gradient: &mut [f32],
) {
    let panels = Panels::new(dy.extent.channels, isa);
    let (from, to) = (x.extent, dy.extent);
    let (taps, inputs) = (kernel * kernel, from.channels);
    let shape = Shape { taps, inputs, rows: inputs, panels };
    let job = Job { x: x.as_ptr(), dy: dy.as_ptr(), from, to, kernel, geometry, shape };
    let lines = to.batch * to.height;
    let private = shape.len() * size_of::<f32>() <= PRIVATE_SUMS;
    let slots = if private { parallel::threads().min(lines).max(1) } else { 1 };
    let mut sums = Sums::zeros(shape, slots);
    let shared = Shared((sums.as_mut_ptr(), job));
    if private {
        let share = lines.div_ceil(slots);
        parallel::run(slots, |slot| {
            let (to, job) = shared.get();
            let lines = lines.min(slot * share)..lines.min((slot + 1) * share);
            // SAFETY: slots are disjoint.
            unsafe {
                let to = to.add(slot * job.shape.len());
                dispatch(isa, Part { job, to, lines, inputs: 0..inputs });
            }
        });
    } else {
        parallel::ranges(inputs, inputs.div_ceil(TASK_INPUTS), 1, |inputs| {
            let (to, job) = shared.get();
            // SAFETY: rows of inputs are disjoint.
            unsafe { dispatch(isa, Part { job, to, lines: 0..lines, inputs }) };
        });
    }
    sums.write(gradient);
}

#[derive(Clone, Copy)]
struct Job {
    x: *const f32,
    dy: *const f32,
    /// Extent of `x`.
    from: Extent,
    /// Extent of `dy`.
    to: Extent,
    kernel: usize,
    geometry: ConvGeometry,
    /// Of the sums.
    shape: Shape,
}

/// One task: some rows of output gradients, some input channels.
struct Part {
    job: Job,
    to: *mut f32,
    lines: Range<usize>,
    inputs: Range<usize>,
}

impl Kernel for Part {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Job { from, to, geometry, kernel, shape, .. } = self.job;
        let panels = shape.panels.seen_by::<S>();
        let line_bytes = (from.width * from.channels * geometry.stride + to.width * to.channels)
            * size_of::<f32>();
        let step = (BLOCK_BYTES / line_bytes.max(1)).max(1);
        let mut start = self.lines.start;
        while start < self.lines.end {
            let lines = start..self.lines.end.min(start + step);
            for tap in 0..kernel * kernel {
                for panel in 0..panels.count() {
                    let vectors = panels.get(panel).vectors;
                    let mut input = self.inputs.start;
                    while input < self.inputs.end {
                        let rows = rows_that_fit::<S>(self.inputs.end - input);
                        let place = Place { tap, panel, input };
                        let lines = lines.clone();
                        // SAFETY: `rows` inputs exist from `input` on.
                        unsafe { with_tile!(rows, vectors, block::<S>(&self, place, lines)) };
                        input += rows;
                    }
                }
            }
            start += step;
        }
    }
}

/// Where a register tile belongs.
#[derive(Clone, Copy)]
struct Place {
    tap: usize,
    panel: usize,
    input: usize,
}

/// Adds a block of lines to one register tile of the sums.
///
/// # Safety
/// `R` inputs and `N` vectors of outputs exist at `place`.
#[inline(always)]
unsafe fn block<S: Simd, const R: usize, const N: usize>(
    part: &Part,
    place: Place,
    lines: Range<usize>,
) {
    let Part { job, to, .. } = part;
    let columns = job.shape.panels.get(place.panel);
    let start = job.shape.row(place.tap, place.panel, place.input);
    // SAFETY: by the caller's promise.
    unsafe {
        let at = |r: usize, v: usize| to.add(start + (r * N + v) * S::LANES);
        let mut tile: Tile<S, R, N> = [[S::splat(0.0); N]; R];
        for (r, row) in tile.iter_mut().enumerate() {
            for (v, sum) in row.iter_mut().enumerate() {
                *sum = S::load(at(r, v));
            }
        }
        for line in lines {
            if let Some(run) = job.run(place, columns.start, line) {
                correlate::<S, R, N>(&mut tile, run, columns.tail(S::LANES));
            }
        }
        for (r, row) in tile.into_iter().enumerate() {
            for (v, sum) in row.into_iter().enumerate() {
                S::store(at(r, v), sum);
            }
        }
    }
}

impl Job {
    /// The pixels of one line of output gradients that a tap reaches, with their input pixels.
    #[inline(always)]
    fn run(&self, place: Place, output: usize, line: usize) -> Option<Run> {
        let (x, dy) = (&self.from, &self.to);
        let ConvGeometry { stride, padding } = self.geometry;
        let (ky, kx) = (place.tap / self.kernel, place.tap % self.kernel);
        let (picture, row) = (line / dy.height, line % dy.height);
        let y = (row * stride + ky).checked_sub(padding).filter(|&y| y < x.height)?;
        let first = padding.saturating_sub(kx).div_ceil(stride);
        let end = (x.width + padding).saturating_sub(kx).div_ceil(stride).min(dy.width);
        let pixels = end.checked_sub(first).filter(|&pixels| pixels > 0)?;
        let source = (picture * x.height + y) * x.width + first * stride + kx - padding;
        let target = line * dy.width + first;
        Some(Run {
            left: self.x.wrapping_add(source * x.channels + place.input),
            left_step: stride * x.channels,
            right: self.dy.wrapping_add(target * dy.channels + output),
            right_step: dy.channels,
            pixels,
        })
    }
}
