//! Normalisation by the statistics of the batch itself, in two launches: a device is fed more slowly than it computes, and
//! a network has hundreds of layers.
//!
//! The first measures blocks of pixels. Every cube of the second merges those of its channels before it normalises its
//! pixels: as many reads one after the other as in a launch of its own.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::apply::last;
use super::moments::{Moments, Parts, block_pixels, merged};
use crate::gpu::grid::Reduction;
use crate::gpu::maps::{Maps, common_lanes};
use crate::gpu::sum::Seat;
use crate::gpu::vectors::load;
use crate::types::Activation;

/// `activation((x - mean) · weight / sqrt(variance + epsilon) + bias + residual)`, with weight and bias `[channels]`,
/// float32, contiguous; beside it mean and variance of `x`.
pub(in crate::gpu) fn normalise<R: CubeRuntime>(
    x: &Maps<R>,
    [weight, bias]: [CubeTensor<R>; 2],
    epsilon: f64,
    residual: Option<&Maps<R>>,
    activation: Activation,
) -> (Maps<R>, Moments<R>) {
    let Parts { means, squares } = Parts::of(x);
    let (moments, output) = (Moments::new(x), x.new_like(x.extent));
    let lanes = common_lanes(&[x, &output, residual.unwrap_or(x)]);
    let grid = Reduction::of(x.extent.pixels(), x.extent.channels / lanes);
    // SAFETY: the grid covers the maps, and the kernel checks what lies outside of them.
    unsafe {
        merge_and_normalise::launch_unchecked(
            &x.tensor().client,
            grid.count(),
            grid.dim(),
            lanes,
            x.arg(),
            residual.map(Maps::arg).into(),
            means.into_tensor_arg(),
            squares.into_tensor_arg(),
            weight.into_tensor_arg(),
            bias.into_tensor_arg(),
            moments.mean.clone().into_tensor_arg(),
            moments.variance.clone().into_tensor_arg(),
            output.arg(),
            epsilon as f32,
            activation == Activation::Relu,
            grid.lanes,
            grid.rows,
            x.tensor().dtype.into(),
        );
    }
    (output, moments)
}

#[cube(launch_unchecked)]
fn merge_and_normalise<F: Float, N: Size>(
    x: &Tensor<Vector<F, N>>,
    residual: &ComptimeOption<Tensor<Vector<F, N>>>,
    means: &Tensor<Vector<f32, N>>,
    squares: &Tensor<Vector<f32, N>>,
    weight: &Tensor<Vector<f32, N>>,
    bias: &Tensor<Vector<f32, N>>,
    mean: &mut Tensor<Vector<f32, N>>,
    variance: &mut Tensor<Vector<f32, N>>,
    output: &mut Tensor<Vector<F, N>>,
    epsilon: f32,
    #[comptime] with_relu: bool,
    #[comptime] lanes: usize,
    #[comptime] rows: usize,
    #[define(F)] _dtype: StorageType,
) {
    let seat = Seat::of(x.shape(1) / x.vector_size(), lanes);
    let (block, source) = (CUBE_POS_Y as usize, seat.source);
    let (average, spread) = merged(means, squares, x.shape(0), &seat, lanes, rows);
    if seat.stores() && block == 0 {
        mean[seat.vector] = average;
        variance[seat.vector] = spread;
    }
    if seat.vector < seat.vectors {
        let factor = weight[source] / (spread + Vector::new(epsilon)).sqrt();
        let bias = bias[source];
        let (first, end) = block_pixels(x.shape(0), CUBE_COUNT_Y as usize, block);
        let mut pixel = first + seat.row;
        while pixel < end {
            let value = (load::<F, N>(x, pixel, source) - average) * factor + bias;
            output[pixel * seat.vectors + seat.vector] =
                last::<F, N>(value, residual, pixel, source, with_relu);
            pixel += rows;
        }
    }
}
