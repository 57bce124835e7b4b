//! The operations on tensors.

use std::sync::Arc;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::ops::FloatTensor;
use burn::tensor::{DType, Int, Tensor};

use crate::backend::KernelBackend;
use crate::group::Group;
use crate::primitive::{lift, lower};
use crate::types::{Activation, ConvGeometry};

/// See [`KernelBackend::conv`].
pub fn conv<B: KernelBackend>(
    x: Tensor<B, 4>,
    weight: Tensor<B, 4>,
    geometry: ConvGeometry,
) -> Tensor<B, 4> {
    lift(B::conv(lower(x), lower(weight), geometry))
}

/// See [`KernelBackend::conv_prepared`].
pub fn conv_prepared<B: KernelBackend>(
    x: Tensor<B, 4>,
    weight: Tensor<B, 4>,
    prepared: Tensor<B, 4>,
    geometry: ConvGeometry,
) -> Tensor<B, 4> {
    lift(B::conv_prepared(lower(x), lower(weight), lower(prepared), geometry))
}

/// See [`KernelBackend::prepare_weights`].
pub fn prepare_weights<B: KernelBackend>(
    weights: Vec<Tensor<B, 4>>,
    dtype: DType,
) -> Vec<Tensor<B, 4>> {
    let weights = weights.into_iter().map(lower).collect();
    B::prepare_weights(weights, dtype).into_iter().map(lift).collect()
}

/// See [`KernelBackend::prepare_bias`].
pub fn prepare_bias<B: KernelBackend>(bias: Tensor<B, 1>, dtype: DType) -> Tensor<B, 1> {
    lift(B::prepare_bias(lower(bias), dtype))
}

/// See [`KernelBackend::prepare_weight`].
pub fn prepare_weight<B: KernelBackend>(weight: Tensor<B, 4>, dtype: DType) -> Tensor<B, 4> {
    lift(B::prepare_weight(lower(weight), dtype))
}

/// See [`KernelBackend::conv_bias`].
pub fn conv_bias<B: KernelBackend>(
    x: Tensor<B, 4>,
    weight: Tensor<B, 4>,
    bias: Tensor<B, 1>,
    residual: Option<Tensor<B, 4>>,
    activation: Activation,
    geometry: ConvGeometry,
) -> Tensor<B, 4> {
    let residual = residual.map(lower);
    lift(B::conv_bias(lower(x), lower(weight), lower(bias), residual, activation, geometry))
}

/// See [`KernelBackend::norm_batch`]; returns output, mean and biased variance.
pub fn norm_batch<B: KernelBackend>(
    x: Tensor<B, 4>,
    weight: Tensor<B, 1>,
    bias: Tensor<B, 1>,
    epsilon: f64,
    residual: Option<Tensor<B, 4>>,
    activation: Activation,
) -> (Tensor<B, 4>, Tensor<B, 1>, Tensor<B, 1>) {
    let residual = residual.map(lower);
    let norm = B::norm_batch(lower(x), lower(weight), lower(bias), epsilon, residual, activation);
    (lift(norm.output), lift(norm.mean), lift(norm.variance))
}

/// See [`KernelBackend::norm_group`]; returns output, mean and biased variance of the whole batch.
pub fn norm_group<B: KernelBackend>(
    x: Tensor<B, 4>,
    weight: Tensor<B, 1>,
    bias: Tensor<B, 1>,
    epsilon: f64,
    residual: Option<Tensor<B, 4>>,
    activation: Activation,
    group: &Arc<dyn Group>,
) -> (Tensor<B, 4>, Tensor<B, 1>, Tensor<B, 1>) {
    let (x, weight, bias, residual) = (lower(x), lower(weight), lower(bias), residual.map(lower));
    let norm = B::norm_group(x, weight, bias, epsilon, residual, activation, group);
    (lift(norm.output), lift(norm.mean), lift(norm.variance))
}

/// See [`KernelBackend::norm_frozen`].
#[expect(clippy::too_many_arguments, reason = "the operation has that many inputs")]
pub fn norm_frozen<B: KernelBackend>(
    x: Tensor<B, 4>,
    weight: Tensor<B, 1>,
    bias: Tensor<B, 1>,
    mean: Tensor<B, 1>,
    variance: Tensor<B, 1>,
    epsilon: f64,
    residual: Option<Tensor<B, 4>>,
    activation: Activation,
) -> Tensor<B, 4> {
    lift(B::norm_frozen(
        lower(x),
        lower(weight),
        lower(bias),
        lower(mean),
        lower(variance),
        epsilon,
        residual.map(lower),
        activation,
    ))
}

/// See [`KernelBackend::fuse`].
pub fn fuse<B: KernelBackend>(
    target: Tensor<B, 4>,
    edges: Vec<Tensor<B, 4>>,
    activation: Activation,
) -> Tensor<B, 4> {
    lift(B::fuse(lower(target), edges.into_iter().map(lower).collect(), activation))
}

/// See [`KernelBackend::blend`].
pub fn blend<B: KernelBackend>(
    target: Tensor<B, 4>,
    edges: Vec<Tensor<B, 4>>,
    activation: Activation,
) -> Tensor<B, 4> {
    lift(B::blend(lower(target), edges.into_iter().map(lower).collect(), activation))
}

/// See [`KernelBackend::upsample`].
pub fn upsample<B: KernelBackend>(x: Tensor<B, 4>, size: [usize; 2]) -> Tensor<B, 4> {
    lift(B::upsample(lower(x), size))
}

/// See [`KernelBackend::log_likelihood`]; `[batch, height, width]`.
pub fn log_likelihood<B: KernelBackend>(
    scores: Tensor<B, 4>,
    labels: Tensor<B, 3, Int>,
) -> Tensor<B, 3> {
    lift(B::log_likelihood(lower(scores), labels.into_primitive()).values)
}

/// See [`KernelBackend::move_statistics`]; takes and returns mean and variance.
pub fn move_statistics<B: KernelBackend>(
    running: [Tensor<B, 1>; 2],
    batch: [Tensor<B, 1>; 2],
    share: f64,
    unbiased: f64,
) -> [Tensor<B, 1>; 2] {
    B::move_statistics(running.map(lower), batch.map(lower), share, unbiased).map(lift)
}

/// See [`KernelBackend::join`]; takes the learnable tensors of a module.
pub fn join<B: KernelBackend>(module: &impl Module<B>) {
    let mut parameters = Parameters(Vec::new());
    module.visit(&mut parameters);
    B::join(parameters.0);
}

struct Parameters<B: KernelBackend>(Vec<FloatTensor<B>>);

impl<B: KernelBackend> ModuleVisitor<B> for Parameters<B> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<B, D>>) {
        self.0.push(lower(parameter.val()));
    }
}
