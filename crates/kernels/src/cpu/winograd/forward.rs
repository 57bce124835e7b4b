//! The convolution: input tiles to points, a matrix product at every point, points to outputs.

#![expect(unsafe_code, reason = "tiles of the output are written in parallel")]

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::job::{Inputs, Job, Memory, Weights, Winograd, transform_inputs};
use super::output::{points_to_pixels, store_tile};
use super::product::Product;
use super::weights::TransformedWeights;
use super::{Begin, Grid, Outcome, POINTS, Points, is_finite, once};
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Element, Kernel, Simd, dispatch};

/// Transformed weights beyond this many bytes are streamed once for all tiles instead of once for
/// every block of tiles.
const BLOCKED_WEIGHTS: usize = 768 * 1024;
/// Points of a block of tiles, inputs and outputs together, in bytes: what the second-level cache
/// holds beside the weights.
const BLOCK_BYTES: usize = 400 * 1024;
/// Tiles of a block come in multiples of this: register tiles have up to twelve rows.
const BLOCK_UNIT: usize = 4;

/// Runs on all cores.
///
/// # Safety
/// Pointers are valid for their extents; channels of the input are whole vectors.
pub(crate) unsafe fn run<E: Element>(winograd: Winograd<'_, E>) -> Outcome {
    let zeros = Buffer::<E>::zeros(winograd.input_extent.channels);
    let grid = Grid::of(&winograd.output_extent);
    let not_finite = AtomicBool::new(false);
    let job = Job { winograd, grid, zeros: zeros.as_ptr(), not_finite: &not_finite };
    match winograd.weights {
        Weights::Plain(weight) => once::run(job, weight),
        Weights::Transformed(weights) if weights.bytes() > BLOCKED_WEIGHTS => {
            by_points(job, weights);
        }
        Weights::Transformed(weights) => by_blocks(job, weights),
    }
    Outcome::of(!not_finite.into_inner())
}

/// Every task takes a block of tiles from pixels to pixels.
fn by_blocks<E: Element>(job: Job<'_, E>, weights: &TransformedWeights) {
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
        let (mut transformed, mut sums) = (Buffer::<f32>::new(from.len()), Buffer::new(to.len()));
        let memory =
            Memory { from, transformed: transformed.as_mut_ptr(), to, sums: sums.as_mut_ptr() };
        // SAFETY: by the promise of `run`; blocks write disjoint tiles.
        unsafe {
            E::dispatch(isa, Inputs { job, memory, tiles: tiles.clone(), first: 0 });
            dispatch(isa, Products { weights, memory, points: 0..POINTS, tiles: tiles.len() });
            E::dispatch(isa, Outputs { job, memory, tiles, first: 0 });
        }
    });
}

/// All tiles to points, then all products point by point, then all tiles back.
fn by_points<E: Element>(job: Job<'_, E>, weights: &TransformedWeights) {
    let isa = job.winograd.isa;
    let tiles = job.grid.tiles();
    let from = Points::new(tiles, weights.inputs);
    let to = Points::new(tiles, weights.panels.padded());
    let (mut transformed, mut sums) = (Buffer::<f32>::new(from.len()), Buffer::new(to.len()));
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
        unsafe { E::dispatch(isa, Outputs { job, memory, tiles, first }) };
    });
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

/// Points to output tiles.
struct Outputs<'a, E> {
    job: Job<'a, E>,
    memory: Memory,
    tiles: Range<usize>,
    first: usize,
}

impl<E: Element> Kernel for Outputs<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job: Job { winograd, grid, not_finite, .. }, memory, tiles, first } = self;
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
                    store_tile::<S, E>(&winograd, place, channel, count, tile);
                }
                channel += S::LANES;
            }
        }
        if !finite {
            not_finite.store(true, Ordering::Relaxed);
        }
    }
}
