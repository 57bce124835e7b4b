//! Products on units that multiply matrices.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::blocks::{Blocks, Cut, bring, place, run, tap};
use super::plan::{LANES, Plan, TILE, UNIT};
use crate::gpu::maps::Maps;

/// Bytes to whose multiples units want their operands.
const ALIGNMENT: usize = 32;
/// Products side by side per row of threads, in both directions.
const ACROSS: usize = TILE / UNIT;

/// Partial sums `[part, output, tap, input]`.
pub(super) fn products<R: CubeRuntime>(
    x: &Maps<R>,
    gradient: &Maps<R>,
    plan: Plan,
    cut: Cut,
    staged: StorageType,
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
            staged,
        );
    }
    partials
}

#[cube(launch_unchecked)]
fn add_products<F: Float, S: Numeric, N: Size>(
    x: &Tensor<Vector<F, N>>,
    gradient: &Tensor<Vector<F, N>>,
    partials: &mut Tensor<f32>,
    blocks: &Blocks,
    #[comptime] plan: Plan,
    #[define(F)] _dtype: StorageType,
    #[define(S)] _staged: StorageType,
) {
    let vectors = comptime![TILE / x.vector_size()];
    let mut outputs =
        SharedMemory::<Vector<S, N>>::new_aligned(comptime![plan.pixels() * vectors], ALIGNMENT);
    let mut inputs = SharedMemory::<Vector<S, N>>::new_aligned(
        comptime![plan.input_pixels() * vectors],
        ALIGNMENT,
    );
    let mut sums = Sequence::<cmma::Matrix<f32>>::new();
    #[unroll]
    for _ in 0..comptime![ACROSS * ACROSS] {
        sums.push(zeros(plan));
    }
    let (first, end) = run(blocks);
    for block in first..end {
        bring::<F, S, N>(x, gradient, &mut inputs, &mut outputs, blocks, block, plan);
        multiply::<S, N>(&outputs, &inputs, &sums, plan);
    }
    let first = place(partials, plan);
    let stride = partials.stride(1);
    #[unroll]
    for index in 0..comptime![ACROSS * ACROSS] {
        let at =
            first + comptime![index / ACROSS * UNIT] * stride + comptime![index % ACROSS * UNIT];
        cmma::store(
            &mut partials.slice_mut(at, at + UNIT * stride),
            sums.index(index),
            stride as u32,
            cmma::MatrixLayout::RowMajor,
        );
    }
}

/// A product of zeros.
#[cube]
fn zeros(#[comptime] plan: Plan) -> cmma::Matrix<f32> {
    cmma::Matrix::<f32>::from_value(
        cmma::MatrixIdent::Accumulator,
        UNIT,
        UNIT,
        comptime![plan.step],
        cmma::MatrixLayout::Undefined,
        0.0f32,
    )
}

/// Adds the products of a block. Where a kernel has one tap, rows of threads take turns.
#[cube]
fn multiply<S: Numeric, N: Size>(
    outputs: &SharedMemory<Vector<S, N>>,
    inputs: &SharedMemory<Vector<S, N>>,
    sums: &Sequence<cmma::Matrix<f32>>,
    #[comptime] plan: Plan,
) {
    let steps = comptime![plan.pixels() / plan.step];
    let mut step = if comptime![plan.kernel == 1] { UNIT_POS_Y as usize } else { 0usize.runtime() };
    let (row, column) = (tap(plan) / plan.kernel, tap(plan) % plan.kernel);
    while step < steps {
        let pixel = step * plan.step;
        let from = (pixel / plan.columns * plan.stride + row) * comptime![plan.input_columns()]
            + pixel % plan.columns * plan.stride
            + column;
        add_products_of_pixels::<S, N>(outputs, inputs, sums, pixel, from, plan);
        step += if comptime![plan.kernel == 1] { comptime![plan.warps] } else { 1usize };
    }
}

/// Adds the products of [`Plan::step`] output pixels with their inputs from the pixel `from` on.
#[cube]
fn add_products_of_pixels<S: Numeric, N: Size>(
    outputs: &SharedMemory<Vector<S, N>>,
    inputs: &SharedMemory<Vector<S, N>>,
    sums: &Sequence<cmma::Matrix<f32>>,
    pixel: usize,
    from: usize,
    #[comptime] plan: Plan,
) {
    let lanes = comptime![outputs.vector_size()];
    let (vectors, unit) = comptime![(TILE / lanes, UNIT / lanes)];
    let mut right = Sequence::<cmma::Matrix<S>>::new();
    #[unroll]
    for across in 0..ACROSS {
        let at = from * vectors + across * unit;
        let stride = comptime![TILE * plan.stride];
        right.push(operand::<S, N>(inputs, at, cmma::MatrixIdent::B, stride, plan));
    }
    #[unroll]
    for down in 0..ACROSS {
        let at = pixel * vectors + down * unit;
        let left = operand::<S, N>(outputs, at, cmma::MatrixIdent::A, TILE, plan);
        #[unroll]
        for across in 0..ACROSS {
            let sum = sums.index(comptime![down * ACROSS + across]);
            cmma::execute::<S, S, f32, f32>(&left, right.index(across), sum, sum);
        }
    }
}

/// Sixteen channels of the pixels of a product, `stride` values from pixel to pixel.
#[cube]
fn operand<S: Numeric, N: Size>(
    shared: &SharedMemory<Vector<S, N>>,
    at: usize,
    #[comptime] ident: cmma::MatrixIdent,
    #[comptime] stride: usize,
    #[comptime] plan: Plan,
) -> cmma::Matrix<S> {
    // Pixels are the columns of the first operand and the rows of the second.
    let layout = match ident {
        cmma::MatrixIdent::A => cmma::MatrixLayout::ColMajor,
        _ => cmma::MatrixLayout::RowMajor,
    };
    // SAFETY: every value is loaded below.
    let matrix = unsafe {
        cmma::Matrix::<S>::uninitialized(ident, UNIT, UNIT, comptime![plan.step], layout)
    };
    cmma::load(&matrix, &shared.slice(at, shared.len()), comptime![stride as u32]);
    matrix
}
