//! The backend extension trait.

use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;
use burn::tensor::{Tensor, TensorPrimitive};

use crate::reference;

/// Stride and padding of a convolution with a square kernel; the kernel's side is the weight's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvGeometry {
    /// Step between outputs, in input pixels.
    pub stride: usize,
    /// Zeros around the input, in pixels.
    pub padding: usize,
}

/// What is applied last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Identity,
    /// `max(x, 0)`.
    Relu,
}

/// Result of a normalisation with batch statistics.
#[derive(Debug, Clone)]
pub struct NormOutput<B: Backend> {
    /// Normalised features `[batch, channels, height, width]`.
    pub output: FloatTensor<B>,
    /// Mean of the input `[channels]`.
    pub mean: FloatTensor<B>,
    /// Biased variance of the input `[channels]`.
    pub variance: FloatTensor<B>,
}

/// A backend that runs the network's operations.
pub trait KernelBackend: Backend {
    /// Convolution of `x` `[batch, in, height, width]` with `weight` `[out, in, kernel, kernel]`.
    fn conv(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: ConvGeometry,
    ) -> FloatTensor<Self> {
        lower(reference::conv::<Self>(lift(x), lift(weight), geometry))
    }

    /// `activation(conv(x) + bias + residual)`, with `bias` `[out]`.
    fn conv_bias(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        residual: Option<FloatTensor<Self>>,
        activation: Activation,
        geometry: ConvGeometry,
    ) -> FloatTensor<Self> {
        let residual = residual.map(lift);
        let (x, weight, bias) = (lift(x), lift(weight), lift(bias));
        lower(reference::conv_bias::<Self>(x, weight, bias, residual, activation, geometry))
    }

    /// `activation(normalise(x) · weight + bias + residual)` with the statistics of the batch.
    fn norm_batch(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        epsilon: f64,
        residual: Option<FloatTensor<Self>>,
        activation: Activation,
    ) -> NormOutput<Self> {
        let residual = residual.map(lift);
        let (x, weight, bias) = (lift(x), lift(weight), lift(bias));
        let (output, mean, variance) =
            reference::norm_batch::<Self>(x, weight, bias, epsilon, residual, activation);
        NormOutput { output: lower(output), mean: lower(mean), variance: lower(variance) }
    }

    /// The same with given statistics, each `[channels]`.
    #[expect(clippy::too_many_arguments, reason = "the operation has that many inputs")]
    fn norm_frozen(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        epsilon: f64,
        residual: Option<FloatTensor<Self>>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        let (weight, bias) = (lift(weight), lift(bias));
        let (mean, variance) = (lift(mean), lift(variance));
        let residual = residual.map(lift);
        lower(reference::norm_frozen::<Self>(
            lift(x),
            weight,
            bias,
            mean,
            variance,
            epsilon,
            residual,
            activation,
        ))
    }

    /// `activation(target + Σ upsample(edge))`: every edge `[batch, channels, height / s, width / s]`
    /// is repeated `s` times in both directions, `s` being read off its shape.
    fn fuse(
        target: FloatTensor<Self>,
        edges: Vec<FloatTensor<Self>>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        let edges = edges.into_iter().map(lift).collect();
        lower(reference::fuse::<Self>(lift(target), edges, activation))
    }
}

pub(crate) fn lift<B: Backend, const D: usize>(primitive: FloatTensor<B>) -> Tensor<B, D> {
    Tensor::from_primitive(TensorPrimitive::Float(primitive))
}

pub(crate) fn lower<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> FloatTensor<B> {
    tensor.into_primitive().tensor()
}
