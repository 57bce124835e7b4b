//! The convolution: input tiles to points, a matrix product at every point, points to outputs.

#![expect(unsafe_code, reason = "tiles of the output are written in parallel")]

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::input::{self, Source};
use super::weights::TransformedWeights;
use super::{Grid, INPUT, OUTPUT, Outcome, POINTS, Place, Points, is_finite, transform};
use crate::cpu::epilogue::Epilogue;
use crate::cpu::maps::Extent;
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::tile::{multiply, rows_that_fit, with_tile, zeros};

/// Transformed weights beyond this many bytes are streamed once for all tiles instead of once for
/// every block of tiles.
const BLOCKED_WEIGHTS: usize = 768 * 1024;
/// Points of a block of tiles, inputs and outputs together, in bytes: what the second-level cache
/// holds beside the weights.
const BLOCK_BYTES: usize = 400 * 1024;
/// Tiles of a block come in multiples of this: register tiles have up to twelve rows.
const BLOCK_UNIT: usize = 4;

/// A convolution.
#[derive(Clone, Copy)]
pub(crate) struct Winograd<'a> {
    pub input: *const f32,
    pub input_extent: Extent,
    pub padding: usize,
    pub output: *mut f32,
    pub output_extent: Extent,
    pub weights: &'a TransformedWeights,
    pub epilogue: Epilogue,
}

/// Runs on all cores.
///
/// # Safety
/// Pointers are valid for their extents; channels of the input are whole vectors.
pub(crate) unsafe fn run(winograd: Winograd<'_>) -> Outcome {
    let zeros = Buffer::zeros(winograd.input_extent.channels);
    let grid = Grid::of(&winograd.output_extent);
    let strange = AtomicBool::new(false);
    let job = Shared(Job { winograd, grid, zeros: zeros.as_ptr(), strange: &strange });
    if winograd.weights.bytes() > BLOCKED_WEIGHTS {
        by_points(&job);
    } else {
        by_blocks(&job);
    }
    Outcome::of(!strange.into_inner())
}

/// What all tasks share.
#[derive(Clone, Copy)]
struct Job<'a> {
    winograd: Winograd<'a>,
    grid: Grid,
    zeros: *const f32,
    strange: &'a AtomicBool,
}

/// Every task takes a block of tiles from pixels to pixels.
fn by_blocks(job: &Shared<Job<'_>>) {
    let Job { winograd, grid, .. } = job.get();
    let [inputs, outputs] = [winograd.weights.inputs, winograd.weights.panels.padded()];
    let most = BLOCK_BYTES / (POINTS * (inputs + outputs) * size_of::<f32>());
    let tiles = grid.tiles();
    let blocks = tiles.div_ceil(most.max(BLOCK_UNIT)).next_multiple_of(parallel::threads());
    let step = tiles.div_ceil(blocks).next_multiple_of(BLOCK_UNIT);
    parallel::run(tiles.div_ceil(step), |block| {
        let job = job.get();
        let tiles = block * step..tiles.min((block + 1) * step);
        let (from, to) = (Points::new(tiles.len(), inputs), Points::new(tiles.len(), outputs));
        let (mut transformed, mut sums) = (Buffer::new(from.len()), Buffer::new(to.len()));
        let memory =
            Memory { from, transformed: transformed.as_mut_ptr(), to, sums: sums.as_mut_ptr() };
        // SAFETY: by the promise of `run`; blocks write disjoint tiles.
        unsafe {
            dispatch(Inputs { job, memory, tiles: tiles.clone(), first: 0 });
            dispatch(Products { job, memory, points: 0..POINTS, tiles: tiles.len() });
            dispatch(Outputs { job, memory, tiles, first: 0 });
        }
    });
}

/// All tiles to points, then all products point by point, then all tiles back.
fn by_points(job: &Shared<Job<'_>>) {
    let Job { winograd, grid, .. } = job.get();
    let tiles = grid.tiles();
    let from = Points::new(tiles, winograd.weights.inputs);
    let to = Points::new(tiles, winograd.weights.panels.padded());
    let (mut transformed, mut sums) = (Buffer::new(from.len()), Buffer::new(to.len()));
    let memory =
        Memory { from, transformed: transformed.as_mut_ptr(), to, sums: sums.as_mut_ptr() };
    let shared = Shared((job.get(), memory));
    let pieces = parallel::threads() * 2;
    parallel::ranges(tiles, pieces, 1, |tiles| {
        let (job, memory) = shared.get();
        let first = tiles.start;
        // SAFETY: by the promise of `run`; tasks write disjoint tiles.
        unsafe { dispatch(Inputs { job, memory, tiles, first }) };
    });
    parallel::ranges(POINTS, POINTS, 1, |points| {
        let (job, memory) = shared.get();
        // SAFETY: as above, with disjoint points.
        unsafe { dispatch(Products { job, memory, points, tiles }) };
    });
    parallel::ranges(tiles, pieces, 1, |tiles| {
        let (job, memory) = shared.get();
        let first = tiles.start;
        // SAFETY: as above, with disjoint tiles.
        unsafe { dispatch(Outputs { job, memory, tiles, first }) };
    });
}

/// Points of inputs and of outputs.
#[derive(Clone, Copy)]
struct Memory {
    from: Points,
    transformed: *mut f32,
    to: Points,
    sums: *mut f32,
}

/// Input tiles to points.
struct Inputs<'a> {
    job: Job<'a>,
    memory: Memory,
    tiles: Range<usize>,
    first: usize,
}

impl Kernel for Inputs<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job: Job { winograd, grid, zeros, .. }, memory, tiles, first } = self;
        let source = Source { pixels: winograd.input, extent: winograd.input_extent, zeros };
        let Memory { from, transformed, .. } = memory;
        // SAFETY: by the promise of `run`.
        unsafe {
            input::inputs::<S>(source, winograd.padding, grid, tiles, transformed, from, first);
        }
    }
}

/// The matrix products of some points.
struct Products<'a> {
    job: Job<'a>,
    memory: Memory,
    points: Range<usize>,
    tiles: usize,
}

impl Kernel for Products<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, memory, points, tiles } = self;
        let weights = job.winograd.weights;
        for point in points {
            for panel in 0..weights.panels.count() {
                let columns = weights.panels.get(panel);
                let values = weights.panel(point, panel);
                let mut tile = 0;
                while tile < tiles {
                    let rows = rows_that_fit::<S>(tiles - tile);
                    // SAFETY: `rows` tiles exist from `tile` on, at every point.
                    unsafe {
                        let from = memory.transformed.add(memory.from.offset(point, tile));
                        let to = memory.sums.add(memory.to.offset(point, tile) + columns.start);
                        let [depth, width] = [memory.from.channels, memory.to.channels];
                        let shape = [depth, width];
                        with_tile!(rows, columns.vectors, product::<S>(from, values, to, shape));
                    }
                    tile += rows;
                }
            }
        }
    }
}

/// `R` tiles times one panel.
///
/// # Safety
/// `from` is valid for `R` x `depth` values, `to` for `R` rows of `N` vectors `width` apart.
#[inline(always)]
unsafe fn product<S: Simd, const R: usize, const N: usize>(
    from: *const f32,
    panel: *const f32,
    to: *mut f32,
    [depth, width]: [usize; 2],
) {
    // SAFETY: by the caller's promise.
    unsafe {
        let mut sums = zeros::<S, R, N>();
        let rows: [*const f32; R] = std::array::from_fn(|r| from.add(r * depth));
        multiply::<S, R, N>(&mut sums, &rows, panel, depth);
        for (r, sums) in sums.into_iter().enumerate() {
            for (v, sum) in sums.into_iter().enumerate() {
                S::store(to.add(r * width + v * S::LANES), sum);
            }
        }
    }
}

/// Points to output tiles.
struct Outputs<'a> {
    job: Job<'a>,
    memory: Memory,
    tiles: Range<usize>,
    first: usize,
}

impl Kernel for Outputs<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job: Job { winograd, grid, strange, .. }, memory, tiles, first } = self;
        let channels = winograd.output_extent.channels;
        let mut finite = true;
        for (tile, index) in tiles.zip(first..) {
            let place = grid.place(tile);
            let mut channel = 0;
            while channel < channels {
                let count = (channels - channel).min(S::LANES);
                // SAFETY: the tile's points were computed; `count` channels exist.
                unsafe {
                    let from = memory.sums.add(memory.to.offset(0, index) + channel);
                    let tile = points_to_pixels::<S>(from, memory.to.stride);
                    finite &= is_finite::<S>(tile.as_flattened());
                    store_tile::<S>(&winograd, place, channel, count, tile);
                }
                channel += S::LANES;
            }
        }
        if !finite {
            strange.store(true, Ordering::Relaxed);
        }
    }
}

/// # Safety
/// `from` is valid for a vector at every point.
#[inline(always)]
unsafe fn points_to_pixels<S: Simd>(
    from: *const f32,
    stride: usize,
) -> [[S::Vector; OUTPUT]; OUTPUT] {
    // SAFETY: by the caller's promise.
    unsafe {
        let mut rows = [[S::splat(0.0); OUTPUT]; INPUT];
        for (i, row) in rows.iter_mut().enumerate() {
            let mut points = [S::splat(0.0); INPUT];
            for (j, point) in points.iter_mut().enumerate() {
                *point = S::load(from.add((i * INPUT + j) * stride));
            }
            *row = transform::output::<S>(points);
        }
        let mut tile = [[S::splat(0.0); OUTPUT]; OUTPUT];
        for j in 0..OUTPUT {
            let column = transform::output::<S>(rows.map(|row| row[j]));
            for (row, value) in tile.iter_mut().zip(column) {
                row[j] = value;
            }
        }
        tile
    }
}

/// Stores the pixels of a tile that exist.
///
/// # Safety
/// `place` is a tile of the output, and `count` channels exist from `channel` on.
#[inline(always)]
unsafe fn store_tile<S: Simd>(
    winograd: &Winograd<'_>,
    place: Place,
    channel: usize,
    count: usize,
    tile: [[S::Vector; OUTPUT]; OUTPUT],
) {
    let Extent { channels, height, width, .. } = winograd.output_extent;
    let Place { picture, y, x } = place;
    for (i, row) in tile.into_iter().enumerate().take(height - y) {
        let line = ((picture * height + y + i) * width + x) * channels + channel;
        for (j, value) in row.into_iter().enumerate().take(width - x) {
            let offset = line + j * channels;
            // SAFETY: by the caller's promise.
            unsafe {
                winograd.epilogue.store::<S>(winograd.output, offset, channel, count, value);
            }
        }
    }
}
