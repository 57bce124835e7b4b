//! Normalisation by given statistics, bias, residual and activation in one pass over memory.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use crate::gpu::grid::elementwise;
use crate::gpu::maps::{Maps, common_lanes};
use crate::gpu::vectors::{load, relu};
use crate::types::Activation;

/// `(x - mean) · weight / sqrt(variance + epsilon) + bias`; all `[channels]`, float32, contiguous.
#[derive(Clone)]
pub(in crate::gpu) struct Scale<R: CubeRuntime> {
    pub mean: CubeTensor<R>,
    pub variance: CubeTensor<R>,
    pub weight: CubeTensor<R>,
    pub bias: CubeTensor<R>,
    pub epsilon: f32,
}

/// `activation(scale(x) + residual)`.
pub(in crate::gpu) fn apply<R: CubeRuntime>(
    x: &Maps<R>,
    scale: &Scale<R>,
    residual: Option<&Maps<R>>,
    activation: Activation,
) -> Maps<R> {
    let output = x.new_like(x.extent);
    let lanes = common_lanes(&[x, &output, residual.unwrap_or(x)]);
    let (count, dim) = elementwise(x.tensor(), x.extent.len() / lanes);
    // SAFETY: threads beyond the last vector do nothing.
    unsafe {
        normalise::launch_unchecked(
            &x.tensor().client,
            count,
            dim,
            lanes,
            x.arg(),
            residual.map(Maps::arg).into(),
            scale.mean.clone().into_tensor_arg(),
            scale.variance.clone().into_tensor_arg(),
            scale.weight.clone().into_tensor_arg(),
            scale.bias.clone().into_tensor_arg(),
            output.arg(),
            scale.epsilon,
            activation == Activation::Relu,
            x.tensor().dtype.into(),
        );
    }
    output
}

/// `activation(x + bias + residual)`: what follows a convolution with folded normalisation.
pub(in crate::gpu) fn finish<R: CubeRuntime>(
    x: &Maps<R>,
    bias: CubeTensor<R>,
    residual: Option<&Maps<R>>,
    activation: Activation,
) -> Maps<R> {
    let output = x.new_like(x.extent);
    let lanes = common_lanes(&[x, &output, residual.unwrap_or(x)]);
    let (count, dim) = elementwise(x.tensor(), x.extent.len() / lanes);
    // SAFETY: as above.
    unsafe {
        add_bias::launch_unchecked(
            &x.tensor().client,
            count,
            dim,
            lanes,
            x.arg(),
            residual.map(Maps::arg).into(),
            bias.into_tensor_arg(),
            output.arg(),
            activation == Activation::Relu,
            x.tensor().dtype.into(),
        );
    }
    output
}

#[cube(launch_unchecked)]
fn normalise<F: Float, N: Size>(
    x: &Tensor<Vector<F, N>>,
    residual: &ComptimeOption<Tensor<Vector<F, N>>>,
    mean: &Tensor<Vector<f32, N>>,
    variance: &Tensor<Vector<f32, N>>,
    weight: &Tensor<Vector<f32, N>>,
    bias: &Tensor<Vector<f32, N>>,
    output: &mut Tensor<Vector<F, N>>,
    epsilon: f32,
    #[comptime] with_relu: bool,
    #[define(F)] _dtype: StorageType,
) {
    if ABSOLUTE_POS >= output.len() {
        terminate!();
    }
    let vectors = output.shape(1) / output.vector_size();
    let (pixel, vector) = (ABSOLUTE_POS / vectors, ABSOLUTE_POS % vectors);
    let deviation = (variance[vector] + Vector::new(epsilon)).sqrt();
    let centred = load::<F, N>(x, pixel, vector) - mean[vector];
    let value = centred * (weight[vector] / deviation) + bias[vector];
    output[ABSOLUTE_POS] = last::<F, N>(value, residual, pixel, vector, with_relu);
}

#[cube(launch_unchecked)]
fn add_bias<F: Float, N: Size>(
    x: &Tensor<Vector<F, N>>,
    residual: &ComptimeOption<Tensor<Vector<F, N>>>,
    bias: &Tensor<Vector<f32, N>>,
    output: &mut Tensor<Vector<F, N>>,
    #[comptime] with_relu: bool,
    #[define(F)] _dtype: StorageType,
) {
    if ABSOLUTE_POS >= output.len() {
        terminate!();
    }
    let vectors = output.shape(1) / output.vector_size();
    let (pixel, vector) = (ABSOLUTE_POS / vectors, ABSOLUTE_POS % vectors);
    let value = load::<F, N>(x, pixel, vector) + bias[vector];
    output[ABSOLUTE_POS] = last::<F, N>(value, residual, pixel, vector, with_relu);
}

/// Residual and activation.
#[cube]
pub(super) fn last<F: Float, N: Size>(
    value: Vector<f32, N>,
    residual: &ComptimeOption<Tensor<Vector<F, N>>>,
    pixel: usize,
    vector: usize,
    #[comptime] with_relu: bool,
) -> Vector<F, N> {
    let mut value = value;
    #[comptime]
    if let ComptimeOption::Some(residual) = residual {
        value += load::<F, N>(residual, pixel, vector);
    }
    if comptime![with_relu] {
        value = relu(value);
    }
    Vector::cast_from(value)
}
