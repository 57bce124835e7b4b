//! The composed operations on primitives: default bodies of the trait, and the way that backends go
//! with number formats and shapes for which they have no kernel.

use burn::tensor::backend::Backend;
use burn::tensor::ops::{FloatTensor, IntTensor};
use burn::tensor::{DType, Int, Tensor};

use crate::precision;
use crate::primitive::{lift, lower};
use crate::reference::{self, gradient, pixels};
use crate::types::{Activation, ConvGeometry, LogLikelihood, NormOutput};

/// A weight `[out, in, kernel, kernel]` in another number format.
pub(crate) fn cast<B: Backend>(weight: FloatTensor<B>, dtype: DType) -> FloatTensor<B> {
    lower(precision::cast(lift::<B, 4>(weight), dtype))
}

/// See [`crate::KernelBackend::conv`].
pub(crate) fn conv<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    geometry: ConvGeometry,
) -> FloatTensor<B> {
    lower(reference::conv::<B>(lift(x), lift(weight), geometry))
}

/// See [`crate::KernelBackend::conv_bias`].
pub(crate) fn conv_bias<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    residual: Option<FloatTensor<B>>,
    activation: Activation,
    geometry: ConvGeometry,
) -> FloatTensor<B> {
    let (x, weight, bias) = (lift(x), lift(weight), lift(bias));
    let residual = residual.map(lift);
    lower(reference::conv_bias::<B>(x, weight, bias, residual, activation, geometry))
}

/// See [`crate::KernelBackend::norm_batch`].
pub(crate) fn norm_batch<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    epsilon: f64,
    residual: Option<FloatTensor<B>>,
    activation: Activation,
) -> NormOutput<B> {
    let (x, weight, bias) = (lift(x), lift(weight), lift(bias));
    let residual = residual.map(lift);
    let (output, mean, variance) =
        reference::norm_batch::<B>(x, weight, bias, epsilon, residual, activation);
    NormOutput { output: lower(output), mean: lower(mean), variance: lower(variance) }
}

/// See [`crate::KernelBackend::moments`].
pub(crate) fn moments<B: Backend>(x: FloatTensor<B>) -> [FloatTensor<B>; 2] {
    reference::moments::<B>(lift(x)).map(lower)
}

/// See [`crate::KernelBackend::norm_frozen`].
#[expect(clippy::too_many_arguments, reason = "the operation has that many inputs")]
pub(crate) fn norm_frozen<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    mean: FloatTensor<B>,
    variance: FloatTensor<B>,
    epsilon: f64,
    residual: Option<FloatTensor<B>>,
    activation: Activation,
) -> FloatTensor<B> {
    let (x, weight, bias) = (lift(x), lift(weight), lift(bias));
    let (mean, variance) = (lift(mean), lift(variance));
    let residual = residual.map(lift);
    lower(reference::norm_frozen::<B>(
        x, weight, bias, mean, variance, epsilon, residual, activation,
    ))
}

/// See [`crate::KernelBackend::fuse`].
pub(crate) fn fuse<B: Backend>(
    target: FloatTensor<B>,
    edges: Vec<FloatTensor<B>>,
    activation: Activation,
) -> FloatTensor<B> {
    let edges = edges.into_iter().map(lift).collect();
    lower(reference::fuse::<B>(lift(target), edges, activation))
}

/// See [`crate::KernelBackend::relu_gradient`].
pub(crate) fn relu_gradient<B: Backend>(
    output: FloatTensor<B>,
    gradient: FloatTensor<B>,
) -> FloatTensor<B> {
    lower(gradient::masked::<B>(&lift(output), lift(gradient)))
}

/// See [`crate::KernelBackend::channel_sums`].
pub(crate) fn channel_sums<B: Backend>(gradient: FloatTensor<B>) -> FloatTensor<B> {
    lower(gradient::channel_sums::<B>(lift(gradient)))
}

/// See [`crate::KernelBackend::edge_gradient`].
pub(crate) fn edge_gradient<B: Backend>(
    gradient: FloatTensor<B>,
    shape: [usize; 4],
) -> FloatTensor<B> {
    lower(gradient::edge::<B>(lift(gradient), shape))
}

/// See [`crate::KernelBackend::blend`].
pub(crate) fn blend<B: Backend>(
    target: FloatTensor<B>,
    edges: Vec<FloatTensor<B>>,
    activation: Activation,
) -> FloatTensor<B> {
    let edges = edges.into_iter().map(lift).collect();
    lower(pixels::blend::<B>(lift(target), edges, activation))
}

/// See [`crate::KernelBackend::upsample`].
pub(crate) fn upsample<B: Backend>(x: FloatTensor<B>, size: [usize; 2]) -> FloatTensor<B> {
    lower(pixels::upsample::<B>(lift(x), size))
}

/// See [`crate::KernelBackend::upsample_gradient`].
pub(crate) fn upsample_gradient<B: Backend>(
    gradient: FloatTensor<B>,
    size: [usize; 2],
) -> FloatTensor<B> {
    lower(pixels::upsample_gradient::<B>(lift(gradient), size))
}

/// See [`crate::KernelBackend::log_likelihood`].
pub(crate) fn log_likelihood<B: Backend>(
    scores: FloatTensor<B>,
    labels: IntTensor<B>,
) -> LogLikelihood<B> {
    let labels = Tensor::<B, 3, Int>::from_primitive(labels);
    let [values, normaliser] = pixels::log_likelihood::<B>(lift(scores), labels).map(lower);
    LogLikelihood { values, normaliser }
}

/// See [`crate::KernelBackend::log_likelihood_gradient`].
pub(crate) fn log_likelihood_gradient<B: Backend>(
    scores: FloatTensor<B>,
    labels: IntTensor<B>,
    normaliser: FloatTensor<B>,
    gradient: FloatTensor<B>,
) -> FloatTensor<B> {
    let (scores, labels) = (lift(scores), Tensor::<B, 3, Int>::from_primitive(labels));
    let (normaliser, gradient) = (lift(normaliser), lift(gradient));
    lower(pixels::log_likelihood_gradient::<B>(scores, labels, normaliser, gradient))
}
