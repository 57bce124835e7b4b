//! The weight gradient: input tiles and output gradients to points, correlations over tiles at
//! every point, points to kernel gradients.

#![expect(unsafe_code, reason = "points are written in parallel through one pointer")]

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::input::{self, Source};
use super::weights::KERNEL;
use super::{Begin, Grid, INPUT, Outcome, POINTS, Points, is_finite, transform};
use crate::cpu::lanes::{from_lanes, prefetch};
use crate::cpu::maps::Maps;
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Element, Isa, Kernel, RowsMut, Simd, dispatch};
use crate::cpu::tile::{MAX_ROWS, Panels, Run, Tile, correlate, rows_that_fit, with_tile};

/// Sums beyond this many bytes are not kept once per thread but made kernel by kernel.
const PRIVATE_SUMS: usize = 768 * 1024;
/// Points of a block of tiles in bytes: what the second-level cache holds beside the sums.
const BLOCK_BYTES: usize = 400 * 1024;
/// Inputs of one task: some register tiles, so that gradients at the points stay in a cache.
const TASK_INPUTS: usize = 4 * MAX_ROWS;
/// Values of a kernel.
const TAPS: usize = KERNEL * KERNEL;

/// The gradient of a 3x3 kernel at stride 1, written to `gradient` `[out, in, 3, 3]`.
///
/// `x` is the convolution's input and `dy` the gradient of its output; the channels of both are
/// whole vectors.
pub(crate) fn weight_gradient<E: Element>(
    x: &Maps<E>,
    dy: &Maps<E>,
    padding: usize,
    isa: Isa,
    gradient: &mut [f32],
) -> Outcome {
    let [inputs, outputs] = [x.extent.channels, dy.extent.channels];
    assert_eq!(gradient.len(), TAPS * inputs * outputs, "gradient's length");
    let panels = Panels::new(outputs, isa);
    let zeros = Buffer::<E>::zeros(inputs.max(outputs));
    let source = |maps: &Maps<E>| Source {
        pixels: maps.as_ptr(),
        extent: maps.extent,
        zeros: zeros.as_ptr(),
    };
    let not_finite = AtomicBool::new(false);
    let job = Job {
        x: source(x),
        dy: source(dy),
        padding,
        grid: Grid::of(&dy.extent),
        inputs,
        outputs,
        panels,
        gradient: gradient.as_mut_ptr(),
        not_finite: &not_finite,
    };
    if POINTS * inputs * outputs * size_of::<f32>() <= PRIVATE_SUMS {
        by_tiles(job);
    } else {
        by_kernels(job);
    }
    Outcome::of(!not_finite.into_inner())
}

/// Weight gradient to compute: inputs, extents and result, for all of its tasks.
#[derive(Clone, Copy)]
struct Job<'a, E> {
    x: Source<E>,
    dy: Source<E>,
    padding: usize,
    grid: Grid,
    inputs: usize,
    outputs: usize,
    /// Of outputs.
    panels: Panels,
    gradient: *mut f32,
    not_finite: &'a AtomicBool,
}

impl<E> Job<'_, E> {
    /// Gradients of the kernels from an input on, one row an output.
    #[inline(always)]
    fn kernels(&self, input: usize, output: usize) -> RowsMut {
        let first = self.gradient.wrapping_add((output * self.inputs + input) * TAPS);
        RowsMut { first, stride: self.inputs * TAPS }
    }
}

/// Every slot sums over its own share of the tiles, block by block; then kernels from the sums
/// `[slot][point][panel][input][two vectors of outputs]`.
fn by_tiles<E: Element>(job: Job<'_, E>) {
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

/// All tiles to points; then every task takes some kernels from their sums to their values, which
/// are too many for sums of all of them to stay in a cache.
fn by_kernels<E: Element>(job: Job<'_, E>) {
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

/// Points of inputs and of output gradients.
#[derive(Clone, Copy)]
struct Memory {
    from: Points,
    x: *mut f32,
    to: Points,
    dy: *mut f32,
}

struct Inputs<'a, E> {
    job: Job<'a, E>,
    memory: Memory,
    tiles: Range<usize>,
    first: usize,
}

impl<E: Element> Kernel for Inputs<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, memory: Memory { from, x, .. }, tiles, first } = self;
        // SAFETY: by the caller's promise.
        unsafe { input::inputs::<S, E>(job.x, job.padding, job.grid, tiles, x, from, first) };
    }
}

struct Gradients<'a, E> {
    job: Job<'a, E>,
    memory: Memory,
    tiles: Range<usize>,
    first: usize,
}

impl<E: Element> Kernel for Gradients<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, memory: Memory { to, dy, .. }, tiles, first } = self;
        // SAFETY: by the caller's promise.
        unsafe { input::output_gradients::<S, E>(job.dy, job.grid, tiles, dy, to, first) };
    }
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

impl Memory {
    /// A correlation over `tiles` at a point, from these channels on.
    #[inline(always)]
    fn run(&self, point: usize, input: usize, output: usize, tiles: usize) -> Run {
        Run {
            left: self.x.wrapping_add(self.from.offset(point, 0) + input),
            left_step: self.from.channels,
            right: self.dy.wrapping_add(self.to.offset(point, 0) + output),
            right_step: self.to.channels,
            pixels: tiles,
        }
    }
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

/// Where sums of one vector of outputs lie.
#[derive(Clone, Copy)]
struct Sums {
    /// Of the first input at the first point.
    from: *const f32,
    /// Values from one point to the next.
    point: usize,
    /// Values from one input to the next.
    input: usize,
    /// Sums of several threads, to be added in their order.
    slots: usize,
    /// Values from one thread's to the next one's.
    slot: usize,
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

/// Points of some inputs, at most [`MAX_ROWS`], to their kernels to one vector of outputs.
///
/// # Safety
/// The sums are complete; inputs and outputs exist.
#[inline(always)]
unsafe fn finish<S: Simd, E>(job: &Job<'_, E>, sums: Sums, inputs: Range<usize>, outputs: usize) {
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
