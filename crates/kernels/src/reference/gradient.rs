//! The gradients, composed of the framework's own operations.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;

use super::{options, spread};
use crate::precision::{cast, full};
use crate::primitive::{lift, lower};
use crate::types::{Activation, ConvGeometry, NormGradients, NormState, Origin};

/// See [`crate::KernelBackend::conv_input_gradient`].
pub fn conv_input<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    gradient: FloatTensor<B>,
    geometry: ConvGeometry,
    sum: Option<FloatTensor<B>>,
) -> FloatTensor<B> {
    let weight = in_format_of::<B>(weight, &x);
    let gradient = B::conv2d_x_backward(x, weight, gradient, options(geometry));
    match sum {
        Some(sum) => B::float_add(gradient, sum),
        None => gradient,
    }
}

/// See [`crate::KernelBackend::conv_weight_gradient`].
pub fn conv_weight<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    gradient: FloatTensor<B>,
    geometry: ConvGeometry,
) -> FloatTensor<B> {
    let dtype = lift::<B, 4>(weight.clone()).dtype();
    let weight = in_format_of::<B>(weight, &x);
    let gradient = B::conv2d_weight_backward(x, weight, gradient, options(geometry));
    lower(cast(lift::<B, 4>(gradient), dtype))
}

/// Weights in the number format of features.
fn in_format_of<B: Backend>(weight: FloatTensor<B>, x: &FloatTensor<B>) -> FloatTensor<B> {
    let dtype = lift::<B, 4>(x.clone()).dtype();
    lower(cast(lift::<B, 4>(weight), dtype))
}

/// See [`crate::KernelBackend::norm_gradient`].
pub fn norm<B: Backend>(state: NormState<B>, gradient: FloatTensor<B>) -> NormGradients<B> {
    let NormState { epsilon, origin, activation, .. } = state;
    let x: Tensor<B, 4> = lift(state.x);
    let dtype = x.dtype();
    let x = full(x);
    let [batch, _, height, width] = x.dims();
    let samples = (batch * height * width) as f64;
    let inverse = (lift::<B, 1>(state.variance) + epsilon).sqrt().recip();
    let factor = lift::<B, 1>(state.weight) * inverse.clone();
    let centred = x - spread(lift(state.mean));
    let gradient = full(lift::<B, 4>(gradient));
    let with_residual = state.output.is_some();
    let dz = match (activation, state.output) {
        (Activation::Identity, _) => gradient,
        (Activation::Relu, Some(output)) => masked(&lift(output), gradient),
        (Activation::Relu, None) => {
            let bias = spread(lift::<B, 1>(state.bias));
            masked(&(centred.clone() * spread(factor.clone()) + bias), gradient)
        }
    };
    let bias = channel_sums(dz.clone());
    let product = channel_sums(dz.clone() * centred.clone());
    let direct = dz.clone() * spread(factor.clone());
    let x = match origin {
        Origin::Given => direct,
        Origin::Batch => {
            let offset = factor.clone() * bias.clone() / samples;
            let slope = factor * inverse.clone().powi_scalar(2) * product.clone() / samples;
            direct - spread(offset) - centred * spread(slope)
        }
    };
    NormGradients {
        x: lower(cast(x, dtype)),
        weight: lower(product * inverse),
        bias: lower(bias),
        residual: with_residual.then(|| lower(cast(dz, dtype))),
    }
}

/// `gradient` where `output` is positive or NaN, otherwise zero.
pub fn masked<B: Backend>(output: &Tensor<B, 4>, gradient: Tensor<B, 4>) -> Tensor<B, 4> {
    gradient.mask_fill(output.clone().lower_equal_elem(0.0), 0.0)
}

/// See [`crate::KernelBackend::channel_sums`].
pub fn channel_sums<B: Backend>(gradient: Tensor<B, 4>) -> Tensor<B, 1> {
    let [batch, channels, height, width] = gradient.dims();
    // Rows first: partial sums keep float32 accurate over large maps.
    full(gradient)
        .reshape([batch, channels, height * width])
        .sum_dim(2)
        .sum_dim(0)
        .reshape([channels])
}

/// See [`crate::KernelBackend::edge_gradient`].
pub fn edge<B: Backend>(gradient: Tensor<B, 4>, shape: [usize; 4]) -> Tensor<B, 4> {
    let [batch, channels, height, width] = gradient.dims();
    let [_, _, h, w] = shape;
    if (h, w) == (height, width) {
        return gradient;
    }
    gradient
        .reshape([batch * channels, h, height / h, w, width / w])
        .sum_dim(4)
        .sum_dim(2)
        .reshape(shape)
}
