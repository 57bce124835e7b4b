//! The convolution: input tiles to points, a matrix product at every point, points to outputs.

#![expect(unsafe_code, reason = "tiles of the output are written in parallel")]

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::input::{self, Source};
use super::weights::TransformedWeights;
use super::{
    Begin, Grid, INPUT, OUTPUT, Outcome, POINTS, Place, Points, is_finite, once, transform,
};
use crate::cpu::conv::weights::WeightView;
use crate::cpu::epilogue::Epilogue;
use crate::cpu::maps::Extent;
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Isa, Kernel, Simd, dispatch};
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
    pub weights: Weights<'a>,
    pub epilogue: Epilogue,
    pub isa: Isa,
}

/// Weights of a convolution.
#[derive(Clone, Copy)]
pub(crate) enum Weights<'a> {
    /// To be transformed where they are used, for this call alone.
    Plain(WeightView<'a>),
    Transformed(&'a TransformedWeights),
}

/// Runs on all cores.
///
/// # Safety
/// Pointers are valid for their extents; channels of the input are whole vectors.
pub(crate) unsafe fn run(winograd: Winograd<'_>) -> Outcome {
    let zeros = Buffer::zeros(winograd.input_extent.channels);
    let grid = Grid::of(&winograd.output_extent);
    let strange = AtomicBool::new(false);
    let job = Job { winograd, grid, zeros: zeros.as_ptr(), strange: &strange };
    match winograd.weights {
        Weights::Plain(weight) => once::run(job, weight),
        Weights::Transformed(weights) if weights.bytes() > BLOCKED_WEIGHTS => {
            by_points(job, weights);
        }
        Weights::Transformed(weights) => by_blocks(job, weights),
    }
    Outcome::of(!strange.into_inner())
}

/// What all tasks share.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub winograd: Winograd<'a>,
    pub grid: Grid,
    zeros: *const f32,
    pub strange: &'a AtomicBool,
}

/// Every task takes a block of tiles from pixels to pixels.
fn by_blocks(job: Job<'_>, weights: &TransformedWeights) {
    let isa = job.winograd.isa;
    let [inputs, outputs] = [weights.inputs, weights.panels.padded()];
    let most = BLOCK_BYTES / (POINTS * (inputs + outputs) * size_of::<f32>());
    let tiles = job.grid.tiles();
    let blocks = tiles.div_ceil(most.max(BLOCK_UNIT)).next_multiple_of(parallel::threads());
    let step = tiles.div_ceil(blocks).next_multiple_of(BLOCK_UNIT);
    let shared = Shared(job);
    parallel::run(tiles.div_ceil(step), |block| {
        let job = shared.get();
        let tiles = block * step..tiles.min((block + 1) * step);
        let (from, to) = (Points::new(tiles.len(), inputs), Points::new(tiles.len(), outputs));
        let (mut transformed, mut sums) = (Buffer::new(from.len()), Buffer::new(to.len()));
        let memory =
            Memory { from, transformed: transformed.as_mut_ptr(), to, sums: sums.as_mut_ptr() };
        // SAFETY: by the promise of `run`; blocks write disjoint tiles.
        unsafe {
            dispatch(isa, Inputs { job, memory, tiles: tiles.clone(), first: 0 });
            dispatch(isa, Products { weights, memory, points: 0..POINTS, tiles: tiles.len() });
            dispatch(isa, Outputs { job, memory, tiles, first: 0 });
        }
    });
}

/// All tiles to points, then all products point by point, then all tiles back.
fn by_points(job: Job<'_>, weights: &TransformedWeights) {
    let isa = job.winograd.isa;
    let tiles = job.grid.tiles();
    let from = Points::new(tiles, weights.inputs);
    let to = Points::new(tiles, weights.panels.padded());
    let (mut transformed, mut sums) = (Buffer::new(from.len()), Buffer::new(to.len()));
    let memory =
        Memory { from, transformed: transformed.as_mut_ptr(), to, sums: sums.as_mut_ptr() };
    transform_inputs(job, memory);
    let shared = Shared((job, memory));
    parallel::ranges(POINTS, POINTS, 1, |points| {
        let (_, memory) = shared.get();
        // SAFETY: by the promise of `run`; tasks write disjoint points.
        unsafe { dispatch(isa, Products { weights, memory, points, tiles }) };
    });
    parallel::ranges(tiles, parallel::threads() * 2, 1, |tiles| {
        let (job, memory) = shared.get();
        let first = tiles.start;
        // SAFETY: as above, with disjoint tiles.
        unsafe { dispatch(isa, Outputs { job, memory, tiles, first }) };
    });
}

/// All tiles of the input to points.
pub(super) fn transform_inputs(job: Job<'_>, memory: Memory) {
    let isa = job.winograd.isa;
    let shared = Shared((job, memory));
    parallel::ranges(job.grid.tiles(), parallel::threads() * 2, 1, |tiles| {
        let (job, memory) = shared.get();
        let first = tiles.start;
        // SAFETY: by the promise of `run`; tasks write disjoint tiles.
        unsafe { dispatch(isa, Inputs { job, memory, tiles, first }) };
    });
}

/// Points of inputs and of outputs.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    pub from: Points,
    pub transformed: *mut f32,
    pub to: Points,
    pub sums: *mut f32,
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
    weights: &'a TransformedWeights,
    memory: Memory,
    points: Range<usize>,
    tiles: usize,
}

impl Kernel for Products<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { weights, memory: Memory { from, transformed, to, sums }, points, tiles } = self;
        let panels = weights.panels.seen_by::<S>();
        for point in points {
            for panel in 0..panels.count() {
                let columns = panels.get(panel);
                // SAFETY: the point has so many tiles, and the panel's columns.
                unsafe {
                    let product = Product {
                        from: transformed.add(from.offset(point, 0)),
                        stride: from.channels,
                        panel: weights.panel(point, panel),
                        depth: weights.inputs,
                        to: sums.add(to.offset(point, 0) + columns.start),
                        width: to.channels,
                        begin: Begin::Zero,
                    };
                    product.run::<S>(tiles, columns.vectors);
                }
            }
        }
    }
}

/// Tiles at one point times one panel of weights.
#[derive(Clone, Copy)]
pub(super) struct Product {
    pub from: *const f32,
    /// Values from one tile's inputs to the next one's.
    pub stride: usize,
    /// `[depth][vectors of outputs]`.
    pub panel: *const f32,
    pub depth: usize,
    pub to: *mut f32,
    /// Values from one tile's sums to the next one's.
    pub width: usize,
    pub begin: Begin,
}

impl Product {
    /// # Safety
    /// All pointers are valid for so many tiles and vectors.
    #[inline(always)]
    pub unsafe fn run<S: Simd>(self, tiles: usize, vectors: usize) {
        let mut tile = 0;
        while tile < tiles {
            let rows = rows_that_fit::<S>(tiles - tile);
            // SAFETY: by the caller's promise.
            unsafe {
                let from = self.from.add(tile * self.stride);
                let part = Self { from, to: self.to.add(tile * self.width), ..self };
                with_tile!(rows, vectors, product::<S>(part));
            }
            tile += rows;
        }
    }
}

/// `R` tiles times one panel.
///
/// # Safety
/// `from` is valid for `R` tiles, `to` for `R` rows of `N` vectors.
#[inline(always)]
unsafe fn product<S: Simd, const R: usize, const N: usize>(product: Product) {
    let Product { from, stride, panel, depth, to, width, begin } = product;
    // SAFETY: by the caller's promise.
    unsafe {
        let mut sums = zeros::<S, R, N>();
        if begin == Begin::Sums {
            for (r, sums) in sums.iter_mut().enumerate() {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = S::load(to.add(r * width + v * S::LANES));
                }
            }
        }
        let rows: [*const f32; R] = std::array::from_fn(|r| from.add(r * stride));
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
pub(super) unsafe fn points_to_pixels<S: Simd>(
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
pub(super) unsafe fn store_tile<S: Simd>(
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
