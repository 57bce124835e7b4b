//! The convolution with weights that are used once: every task transforms the kernels of its own
//! outputs, block by block, and multiplies with them while they are in a cache. Written out, the
//! transformed weights are four times as many values as the weights.

#![expect(unsafe_code, reason = "panels of the output are written in parallel")]

use std::ops::Range;
use std::sync::atomic::Ordering;

use super::job::{Job, Memory, transform_inputs};
use super::output::{points_to_pixels, store_tile};
use super::product::Product;
use super::weights::transform_block;
use super::{Begin, POINTS, Points, is_finite};
use crate::cpu::conv::weights::{PACK_DEPTH, WeightView};
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Element, Kernel, Simd};
use crate::cpu::tile::Panels;

/// Runs on all cores, under the promise of `forward::run`.
pub(super) fn run<E: Element>(job: Job<'_, E>, weight: WeightView<'_>) {
    let tiles = job.grid.tiles();
    let from = Points::new(tiles, weight.inputs);
    let mut transformed = Buffer::<f32>::new(from.len());
    let (to, sums) = (Points::new(0, 0), std::ptr::null_mut());
    let memory = Memory { from, transformed: transformed.as_mut_ptr(), to, sums };
    transform_inputs(job, memory);
    let columns = Panels::new(weight.outputs, job.winograd.isa);
    let panels = columns.count();
    // With more cores than panels several take one; they transform its kernels each.
    let groups = parallel::threads().div_ceil(panels);
    let step = tiles.div_ceil(groups);
    let groups = tiles.div_ceil(step);
    let shared = Shared((job, memory));
    parallel::run(panels * groups, |task| {
        let (job, memory) = shared.get();
        let (panel, first) = (task / groups, task % groups * step);
        let tiles = first..tiles.min(first + step);
        // SAFETY: by the promise of `forward::run`; tasks write disjoint panels or tiles.
        unsafe { E::dispatch(columns.isa, Outputs { job, memory, weight, columns, panel, tiles }) };
    });
}

/// One panel of outputs of some tiles.
struct Outputs<'a, E> {
    job: Job<'a, E>,
    memory: Memory,
    weight: WeightView<'a>,
    columns: Panels,
    panel: usize,
    tiles: Range<usize>,
}

impl<E: Element> Kernel for Outputs<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, memory, weight, columns, panel, tiles } = self;
        let Memory { from, transformed, .. } = memory;
        let columns = columns.seen_by::<S>().get(panel);
        let width = columns.vectors * S::LANES;
        // Kernels at the points have the layout of tiles: an input for a tile, outputs for channels.
        let (kernels, to) = (Points::new(PACK_DEPTH, width), Points::new(tiles.len(), width));
        let (mut block, mut sums) =
            (Buffer::<f32>::new(kernels.len()), Buffer::<f32>::new(to.len()));
        let (block, sums) = (block.as_mut_ptr(), sums.as_mut_ptr());
        let mut begin = Begin::Zero;
        for first in (0..weight.inputs).step_by(PACK_DEPTH) {
            let inputs = first..weight.inputs.min(first + PACK_DEPTH);
            // SAFETY: inputs, tiles and the panel exist; there is room for them at every point.
            unsafe {
                transform_block::<S>(&weight, columns, inputs.clone(), block, kernels.stride);
                for point in 0..POINTS {
                    let product = Product {
                        from: transformed.add(from.offset(point, tiles.start) + first),
                        stride: from.channels,
                        panel: block.add(kernels.offset(point, 0)),
                        depth: inputs.len(),
                        to: sums.add(to.offset(point, 0)),
                        width,
                        begin,
                    };
                    product.run::<S>(tiles.len(), columns.vectors);
                }
            }
            begin = Begin::Sums;
        }
        let mut finite = true;
        for (index, tile) in tiles.enumerate() {
            for v in 0..columns.vectors {
                // SAFETY: the sums of the tile are complete; the channels exist.
                unsafe {
                    let from = sums.add(to.offset(0, index) + v * S::LANES);
                    let pixels = points_to_pixels::<S>(from, to.stride);
                    finite &= is_finite::<S>(pixels.as_flattened());
                    let (place, outputs) = (job.grid.place(tile), columns.outputs(v, S::LANES));
                    store_tile::<S, E>(&job.winograd, place, outputs.start, outputs.len(), pixels);
                }
            }
        }
        if !finite {
            job.not_finite.store(true, Ordering::Relaxed);
        }
    }
}
