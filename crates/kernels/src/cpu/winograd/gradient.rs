//! The weight gradient: input tiles and output gradients to points, correlations over tiles at
//! every point, points to kernel gradients.

#![expect(unsafe_code, reason = "points are written in parallel through one pointer")]

use std::ops::Range;

use super::input::{self, Source};
use super::weights::KERNEL;
use super::{Grid, INPUT, POINTS, Points, transform};
use crate::cpu::maps::Maps;
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::tile::{PANEL_VECTORS, Panels, Run, Tile, correlate, rows_that_fit, with_tile};

/// Sums beyond this many bytes are not kept once per thread but cut by points among the threads.
const PRIVATE_SUMS: usize = 768 * 1024;
/// Points of a block of tiles in bytes: what the second-level cache holds beside the sums.
const BLOCK_BYTES: usize = 400 * 1024;
/// Values of a kernel.
const TAPS: usize = KERNEL * KERNEL;

/// The gradient of a 3x3 kernel at stride 1, written to `gradient` `[out, in, 3, 3]`.
///
/// `x` is the convolution's input and `dy` the gradient of its output; the channels of both are
/// whole vectors. Values that are not finite leave values that are not finite, though elsewhere
/// than in the plain computation: the caller checks.
pub(crate) fn weight_gradient(x: &Maps, dy: &Maps, padding: usize, gradient: &mut [f32]) {
    let [inputs, outputs] = [x.extent.channels, dy.extent.channels];
    let zeros = Buffer::zeros(inputs.max(outputs));
    let source =
        |maps: &Maps| Source { pixels: maps.as_ptr(), extent: maps.extent, zeros: zeros.as_ptr() };
    let tiles = Grid::of(&dy.extent).tiles();
    let private = POINTS * inputs * outputs * size_of::<f32>() <= PRIVATE_SUMS;
    let slots = if private { parallel::threads().min(tiles) } else { 1 };
    let slot_len = POINTS * inputs * outputs;
    let mut sums = Buffer::new(slot_len * slots);
    let job = Job {
        x: source(x),
        dy: source(dy),
        padding,
        grid: Grid::of(&dy.extent),
        inputs,
        outputs,
        sums: sums.as_mut_ptr(),
        slot_len,
        slots,
    };
    if private {
        by_tiles(job);
    } else {
        by_points(job);
    }
    finish(job, gradient);
}

/// What all tasks share.
#[derive(Clone, Copy)]
struct Job {
    x: Source,
    dy: Source,
    padding: usize,
    grid: Grid,
    inputs: usize,
    outputs: usize,
    /// `[slot][point][panel][input][two vectors of outputs]`.
    sums: *mut f32,
    slot_len: usize,
    slots: usize,
}

/// Every slot sums over its own share of the tiles, block by block.
fn by_tiles(job: Job) {
    let tiles = job.grid.tiles();
    let share = tiles.div_ceil(job.slots);
    let most = BLOCK_BYTES / (POINTS * (job.inputs + job.outputs) * size_of::<f32>());
    let step = share.div_ceil(share.div_ceil(most.max(1)));
    let shared = Shared(job);
    parallel::run(job.slots, |slot| {
        let job = shared.get();
        let tiles = slot * share..tiles.min((slot + 1) * share);
        let (from, to) = (Points::new(step, job.inputs), Points::new(step, job.outputs));
        let (mut x, mut dy) = (Buffer::new(from.len()), Buffer::new(to.len()));
        let memory = Memory { from, x: x.as_mut_ptr(), to, dy: dy.as_mut_ptr() };
        // SAFETY: slots are disjoint.
        let sums = unsafe { job.sums.add(slot * job.slot_len) };
        let mut start = tiles.start;
        while start < tiles.end || start == tiles.start {
            let block = start..tiles.end.min(start + step);
            let begin = if start == tiles.start { Begin::Zero } else { Begin::Sums };
            let count = block.len();
            // SAFETY: maps outlive the call; the memory has room for `step` tiles.
            unsafe {
                dispatch(Inputs { job, memory, tiles: block.clone(), first: 0 });
                dispatch(Gradients { job, memory, tiles: block, first: 0 });
                dispatch(Products { job, memory, sums, points: 0..POINTS, tiles: count, begin });
            }
            start += step;
        }
    });
}

/// All tiles to points, then the correlations point by point.
fn by_points(job: Job) {
    let tiles = job.grid.tiles();
    let (from, to) = (Points::new(tiles, job.inputs), Points::new(tiles, job.outputs));
    let (mut x, mut dy) = (Buffer::new(from.len()), Buffer::new(to.len()));
    let memory = Memory { from, x: x.as_mut_ptr(), to, dy: dy.as_mut_ptr() };
    let shared = Shared((job, memory));
    parallel::ranges(tiles, parallel::threads() * 2, 1, |tiles| {
        let (job, memory) = shared.get();
        let first = tiles.start;
        // SAFETY: maps outlive the call; tasks write disjoint tiles.
        unsafe {
            dispatch(Inputs { job, memory, tiles: tiles.clone(), first });
            dispatch(Gradients { job, memory, tiles, first });
        }
    });
    parallel::ranges(POINTS, POINTS, 1, |points| {
        let (job, memory) = shared.get();
        let (sums, begin) = (job.sums, Begin::Zero);
        // SAFETY: tasks write disjoint points.
        unsafe { dispatch(Products { job, memory, sums, points, tiles, begin }) };
    });
}

/// Points of inputs and of output gradients.
#[derive(Clone, Copy)]
struct Memory {
    from: Points,
    x: *mut f32,
    to: Points,
    dy: *mut f32,
}

/// Whether sums start from nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begin {
    Zero,
    Sums,
}

struct Inputs {
    job: Job,
    memory: Memory,
    tiles: Range<usize>,
    first: usize,
}

impl Kernel for Inputs {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, memory: Memory { from, x, .. }, tiles, first } = self;
        // SAFETY: by the caller's promise.
        unsafe { input::inputs::<S>(job.x, job.padding, job.grid, tiles, x, from, first) };
    }
}

struct Gradients {
    job: Job,
    memory: Memory,
    tiles: Range<usize>,
    first: usize,
}

impl Kernel for Gradients {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, memory: Memory { to, dy, .. }, tiles, first } = self;
        // SAFETY: by the caller's promise.
        unsafe { input::output_gradients::<S>(job.dy, job.grid, tiles, dy, to, first) };
    }
}

/// The correlations of some points.
struct Products {
    job: Job,
    memory: Memory,
    sums: *mut f32,
    points: Range<usize>,
    tiles: usize,
    begin: Begin,
}

impl Kernel for Products {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, memory, sums, points, tiles, begin } = self;
        let panels = Panels::of::<S>(job.outputs);
        for point in points {
            for panel in 0..panels.count() {
                let columns = panels.get(panel);
                let width = columns.vectors * S::LANES;
                let start = (point * job.outputs + panel * S::LANES * PANEL_VECTORS) * job.inputs;
                let mut input = 0;
                while input < job.inputs {
                    let rows = rows_that_fit::<S>(job.inputs - input);
                    // SAFETY: `rows` inputs exist from `input` on, and the panel's columns.
                    unsafe {
                        let run = Run {
                            left: memory.x.add(memory.from.offset(point, 0) + input),
                            left_step: job.inputs,
                            right: memory.dy.add(memory.to.offset(point, 0) + columns.start),
                            right_step: job.outputs,
                            pixels: tiles,
                        };
                        let to = sums.add(start + input * width);
                        with_tile!(rows, columns.vectors, accumulate::<S>(run, to, begin));
                    }
                    input += rows;
                }
            }
        }
    }
}

/// Adds one run to `R` rows of `N` vectors at `sums`.
///
/// # Safety
/// `run` is readable and `sums` writable for that.
#[inline(always)]
unsafe fn accumulate<S: Simd, const R: usize, const N: usize>(
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

/// Adds the slots and transforms points to kernels.
fn finish(job: Job, gradient: &mut [f32]) {
    let shared = Shared((job, gradient.as_mut_ptr()));
    parallel::ranges(job.inputs, parallel::threads() * 2, 1, |inputs| {
        let (job, gradient) = shared.get();
        // SAFETY: tasks write the gradients of disjoint inputs.
        unsafe { dispatch(Finish { job, gradient, inputs }) };
    });
}

struct Finish {
    job: Job,
    gradient: *mut f32,
    inputs: Range<usize>,
}

impl Kernel for Finish {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, gradient, inputs } = self;
        let panels = Panels::of::<S>(job.outputs);
        for panel in 0..panels.count() {
            let columns = panels.get(panel);
            let width = columns.vectors * S::LANES;
            for input in inputs.clone() {
                for v in 0..columns.vectors {
                    let start = columns.start * job.inputs + input * width + v * S::LANES;
                    // SAFETY: every slot and point holds a vector there.
                    let taps = unsafe { points_to_kernel::<S>(&job, start) };
                    for tap in 0..TAPS * S::LANES {
                        let (tap, lane) = (tap % TAPS, tap / TAPS);
                        let output = columns.start + v * S::LANES + lane;
                        // SAFETY: inside the gradient; a vector is `LANES` values.
                        unsafe {
                            let value = *(&raw const taps[tap]).cast::<f32>().add(lane);
                            *gradient.add((output * job.inputs + input) * TAPS + tap) = value;
                        }
                    }
                }
            }
        }
    }
}

/// # Safety
/// Every slot and point holds a vector at `start`.
#[inline(always)]
unsafe fn points_to_kernel<S: Simd>(job: &Job, start: usize) -> [S::Vector; TAPS] {
    // SAFETY: by the caller's promise.
    unsafe {
        let stride = job.inputs * job.outputs;
        let mut rows = [[S::splat(0.0); KERNEL]; INPUT];
        for (i, row) in rows.iter_mut().enumerate() {
            let mut points = [S::splat(0.0); INPUT];
            for (j, point) in points.iter_mut().enumerate() {
                let from = job.sums.add((i * INPUT + j) * stride + start);
                for slot in 0..job.slots {
                    *point = S::add(*point, S::load(from.add(slot * job.slot_len)));
                }
            }
            *row = transform::kernel_gradient::<S>(points);
        }
        let mut taps = [S::splat(0.0); TAPS];
        for j in 0..KERNEL {
            let column = transform::kernel_gradient::<S>(rows.map(|row| row[j]));
            for (i, value) in column.into_iter().enumerate() {
                taps[i * KERNEL + j] = value;
            }
        }
        taps
    }
}
