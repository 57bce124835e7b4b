//! The operations composed of the framework's own: what every kernel is tested against.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;
use burn::tensor::module::conv2d;
use burn::tensor::ops::{ConvOptions, FloatTensor};

pub mod gradient;
pub mod many;
pub mod pixels;

use crate::precision::{cast, full};
use crate::types::{Activation, AdamStep, AdamValues, ConvGeometry};

/// See [`crate::KernelBackend::conv`].
pub fn conv<B: Backend>(
    x: Tensor<B, 4>,
    weight: Tensor<B, 4>,
    geometry: ConvGeometry,
) -> Tensor<B, 4> {
    let weight = cast(weight, x.dtype());
    conv2d(x, weight, None, options(geometry))
}

/// See [`crate::KernelBackend::conv_bias`].
pub fn conv_bias<B: Backend>(
    x: Tensor<B, 4>,
    weight: Tensor<B, 4>,
    bias: Tensor<B, 1>,
    residual: Option<Tensor<B, 4>>,
    activation: Activation,
    geometry: ConvGeometry,
) -> Tensor<B, 4> {
    let (weight, bias) = (cast(weight, x.dtype()), cast(bias, x.dtype()));
    finish(conv2d(x, weight, Some(bias), options(geometry)), residual, activation)
}

/// See [`crate::KernelBackend::moments`].
pub fn moments<B: Backend>(x: Tensor<B, 4>) -> [Tensor<B, 1>; 2] {
    let x = full(x);
    let mean = channel_mean(x.clone());
    let variance = channel_mean((x - spread(mean.clone())).powi_scalar(2));
    [mean, variance]
}

/// See [`crate::KernelBackend::norm_batch`].
pub fn norm_batch<B: Backend>(
    x: Tensor<B, 4>,
    weight: Tensor<B, 1>,
    bias: Tensor<B, 1>,
    epsilon: f64,
    residual: Option<Tensor<B, 4>>,
    activation: Activation,
) -> (Tensor<B, 4>, Tensor<B, 1>, Tensor<B, 1>) {
    let dtype = x.dtype();
    let x = full(x);
    let mean = channel_mean(x.clone());
    let centred = x - spread(mean.clone());
    let variance = channel_mean(centred.clone().powi_scalar(2));
    let factor = weight / (variance.clone() + epsilon).sqrt();
    let normalised = centred * spread(factor) + spread(bias);
    (cast(finish(normalised, residual.map(full), activation), dtype), mean, variance)
}

/// See [`crate::KernelBackend::norm_frozen`].
#[expect(clippy::too_many_arguments, reason = "the operation has that many inputs")]
pub fn norm_frozen<B: Backend>(
    x: Tensor<B, 4>,
    weight: Tensor<B, 1>,
    bias: Tensor<B, 1>,
    mean: Tensor<B, 1>,
    variance: Tensor<B, 1>,
    epsilon: f64,
    residual: Option<Tensor<B, 4>>,
    activation: Activation,
) -> Tensor<B, 4> {
    let factor = weight / (variance + epsilon).sqrt();
    let shift = bias - mean * factor.clone();
    let dtype = x.dtype();
    let normalised = full(x) * spread(factor) + spread(shift);
    cast(finish(normalised, residual.map(full), activation), dtype)
}

/// See [`crate::KernelBackend::fuse`].
pub fn fuse<B: Backend>(
    target: Tensor<B, 4>,
    edges: Vec<Tensor<B, 4>>,
    activation: Activation,
) -> Tensor<B, 4> {
    let [_, _, height, width] = target.dims();
    let sum = edges.into_iter().fold(target, |sum, edge| sum + upsample(edge, height, width));
    finish(sum, None, activation)
}

/// See [`crate::KernelBackend::adam`].
pub fn adam<B: Backend>(
    values: AdamValues<B>,
    gradient: FloatTensor<B>,
    step: AdamStep,
) -> AdamValues<B> {
    let mix = |mean, beta: f64, value| {
        let kept = B::float_mul_scalar(mean, beta.into());
        B::float_add(kept, B::float_mul_scalar(value, (1.0 - beta).into()))
    };
    let [first, second] = step.corrections();
    let squared = B::float_mul(gradient.clone(), gradient.clone());
    let mean = mix(values.mean, step.beta_1, gradient);
    let square = mix(values.square, step.beta_2, squared);
    let root = B::float_mul_scalar(B::float_sqrt(square.clone()), second.sqrt().recip().into());
    let scale = B::float_add_scalar(root, step.epsilon.into());
    let rate = step.learning_rate / first;
    let change = B::float_mul_scalar(B::float_div(mean.clone(), scale), rate.into());
    let kept = B::float_mul_scalar(values.weight, step.keep.into());
    AdamValues { weight: B::float_sub(kept, change), mean, square }
}

/// See [`crate::KernelBackend::move_statistics`].
pub fn move_statistics<B: Backend>(
    running: [FloatTensor<B>; 2],
    batch: [FloatTensor<B>; 2],
    share: f64,
    unbiased: f64,
) -> [FloatTensor<B>; 2] {
    let blend = |old, new, take: f64| {
        let kept = B::float_mul_scalar(old, (1.0 - share).into());
        B::float_add(kept, B::float_mul_scalar(new, take.into()))
    };
    let ([mean, variance], [new_mean, new_variance]) = (running, batch);
    [blend(mean, new_mean, share), blend(variance, new_variance, share * unbiased)]
}

/// Nearest upsampling by a whole factor, as a broadcast: its gradient is a plain sum everywhere.
fn upsample<B: Backend>(x: Tensor<B, 4>, height: usize, width: usize) -> Tensor<B, 4> {
    let [batch, channels, h, w] = x.dims();
    if (h, w) == (height, width) {
        return x;
    }
    let repeated = [batch * channels, h, height / h, w, width / w];
    x.reshape([batch * channels, h, 1, w, 1])
        .expand(repeated)
        .reshape([batch, channels, height, width])
}

fn finish<B: Backend>(
    x: Tensor<B, 4>,
    residual: Option<Tensor<B, 4>>,
    activation: Activation,
) -> Tensor<B, 4> {
    let x = match residual {
        Some(residual) => x + residual,
        None => x,
    };
    match activation {
        Activation::Identity => x,
        Activation::Relu => relu(x),
    }
}

fn channel_mean<B: Backend>(x: Tensor<B, 4>) -> Tensor<B, 1> {
    let [batch, channels, height, width] = x.dims();
    // Rows first: partial sums keep float32 accurate over large maps.
    x.reshape([batch, channels, height * width]).mean_dim(2).mean_dim(0).reshape([channels])
}

pub(crate) fn spread<B: Backend>(vector: Tensor<B, 1>) -> Tensor<B, 4> {
    vector.reshape([1, -1, 1, 1])
}

pub(crate) fn options(geometry: ConvGeometry) -> ConvOptions<2> {
    ConvOptions::new([geometry.stride; 2], [geometry.padding; 2], [1, 1], 1)
}
