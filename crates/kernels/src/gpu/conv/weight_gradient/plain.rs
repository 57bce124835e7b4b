//! Products by plain arithmetic in float32.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::blocks::{Blocks, Cut, bring, place, run, tap};
use super::plan::{LANES, Plan, TILE};
use crate::gpu::maps::Maps;

/// Channels of a thread: outputs and inputs.
const SUMS: [usize; 2] = [4, 8];

/// Partial sums `[part, output, tap, input]`.
pub(super) fn products<R: CubeRuntime>(
    x: &Maps<R>,
    gradient: &Maps<R>,
    plan: Plan,
    cut: Cut,
) -> CubeTensor<R> {
    let partials = cut.partials(x);
    // SAFETY: partial sums have room for whole tiles of every part; loads check their pixel and channel.
    unsafe {
        add_products::launch_unchecked(
            &x.tensor().client,
            cut.cube_count(),
            CubeDim::new_2d(LANES as u32, plan.warps as u32),
            x.lanes().min(gradient.lanes()),
            x.arg(),
            gradient.arg(),
            partials.clone().into_tensor_arg(),
            cut.arg(),
            plan,
            x.tensor().dtype.into(),
        );
    }
    partials
}

#[cube(launch_unchecked)]
fn add_products<F: Float, N: Size>(
    x: &Tensor<Vector<F, N>>,
    gradient: &Tensor<Vector<F, N>>,
    partials: &mut Tensor<f32>,
    blocks: &Blocks,
    #[comptime] plan: Plan,
    #[define(F)] _dtype: StorageType,
) {
    let vectors = comptime![TILE / x.vector_size()];
    let mut outputs = SharedMemory::<Vector<f32, N>>::new(comptime![plan.pixels() * vectors]);
    let mut inputs = SharedMemory::<Vector<f32, N>>::new(comptime![plan.input_pixels() * vectors]);
    let mut sums = Array::<f32>::new(comptime![SUMS[0] * SUMS[1]]);
    #[unroll]
    for index in 0..comptime![SUMS[0] * SUMS[1]] {
        sums[index] = 0.0f32;
    }
    let (first, end) = run(blocks);
    for block in first..end {
        bring::<F, f32, N>(x, gradient, &mut inputs, &mut outputs, blocks, block, plan);
        multiply::<N>(&outputs, &inputs, &mut sums, plan);
    }
    let first = place(partials, plan);
    let (output, input) = channels();
    #[unroll]
    for index in 0..comptime![SUMS[0] * SUMS[1]] {
        let (down, right) = comptime![(index / SUMS[1], index % SUMS[1])];
        partials[first + (output + down) * partials.stride(1) + input + right] = sums[index];
    }
}

/// First output and input channel within the tile of a thread.
#[cube]
fn channels() -> (usize, usize) {
    let lane = UNIT_POS_X as usize;
    let across = comptime![TILE / SUMS[1]];
    (lane / across * SUMS[0], lane % across * SUMS[1])
}

/// Adds the products of a block.
#[cube]
fn multiply<N: Size>(
    outputs: &SharedMemory<Vector<f32, N>>,
    inputs: &SharedMemory<Vector<f32, N>>,
    sums: &mut Array<f32>,
    #[comptime] plan: Plan,
) {
    let lanes = comptime![outputs.vector_size()];
    let vectors = comptime![TILE / lanes];
    let tap = tap(plan);
    let (tap_row, tap_column) = (tap / plan.kernel, tap % plan.kernel);
    let (output, input) = channels();
    let mut pixel =
        if comptime![plan.kernel == 1] { UNIT_POS_Y as usize } else { 0usize.runtime() };
    while pixel < comptime![plan.pixels()] {
        let (row, column) = (pixel / plan.columns, pixel % plan.columns);
        let from = (row * plan.stride + tap_row) * comptime![plan.input_columns()]
            + column * plan.stride
            + tap_column;
        let mut left = Array::<f32>::new(comptime![SUMS[0]]);
        #[unroll]
        for index in 0..comptime![SUMS[0] / lanes] {
            let values = outputs[pixel * vectors + output / lanes + index];
            #[unroll]
            for lane in 0..lanes {
                left[index * lanes + lane] = values[lane];
            }
        }
        #[unroll]
        for index in 0..comptime![SUMS[1] / lanes] {
            let values = inputs[from * vectors + input / lanes + index];
            #[unroll]
            for lane in 0..lanes {
                let value = values[lane];
                #[unroll]
                for row in 0..comptime![SUMS[0]] {
                    sums[row * comptime![SUMS[1]] + index * lanes + lane] += left[row] * value;
                }
            }
        }
        pixel += if comptime![plan.kernel == 1] { comptime![plan.warps] } else { 1usize };
    }
}
