//! The backend extension trait.

use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;
use burn::tensor::{DType, Tensor, TensorPrimitive};

use crate::precision::cast;
use crate::reference::{self, gradient};
use crate::shapes;

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

/// Where the mean and variance of a normalisation came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The batch: they depend on the input.
    Batch,
    /// Given: they are constants.
    Given,
}

/// What a normalisation keeps for its gradients.
#[derive(Debug, Clone)]
pub struct NormState<B: Backend> {
    /// Input `[batch, channels, height, width]`.
    pub x: FloatTensor<B>,
    /// Scale `[channels]`.
    pub weight: FloatTensor<B>,
    /// Shift `[channels]`.
    pub bias: FloatTensor<B>,
    /// Mean `[channels]`.
    pub mean: FloatTensor<B>,
    /// Biased variance `[channels]`.
    pub variance: FloatTensor<B>,
    /// Added to the variance.
    pub epsilon: f64,
    /// Where mean and variance came from.
    pub origin: Origin,
    /// What was applied last.
    pub activation: Activation,
    /// The output, where a ReLU followed a residual; without one the input tells its sign.
    pub output: Option<FloatTensor<B>>,
}

/// Gradients of a normalisation.
#[derive(Debug, Clone)]
pub struct NormGradients<B: Backend> {
    /// Of the input.
    pub x: FloatTensor<B>,
    /// Of the scale.
    pub weight: FloatTensor<B>,
    /// Of the shift.
    pub bias: FloatTensor<B>,
    /// Of the residual, where the state has the output. (Without an activation it is the gradient
    /// itself.)
    pub residual: Option<FloatTensor<B>>,
}

/// Coefficients of a step of Adam.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamStep {
    /// Learning rate.
    pub learning_rate: f64,
    /// Decay of the mean of gradients.
    pub beta_1: f64,
    /// Decay of the mean of their squares.
    pub beta_2: f64,
    /// Added to the root of the latter.
    pub epsilon: f64,
    /// Number of this step, from 1.
    pub time: usize,
}

impl AdamStep {
    /// Corrections of both means, which start at zero: `1 - beta ^ time`.
    pub(crate) fn corrections(&self) -> [f64; 2] {
        let time = i32::try_from(self.time).unwrap_or(i32::MAX);
        [self.beta_1, self.beta_2].map(|beta| 1.0 - beta.powi(time))
    }
}

/// A parameter and what Adam remembers of its gradients, all of one shape.
#[derive(Debug, Clone)]
pub struct AdamValues<B: Backend> {
    /// The parameter.
    pub weight: FloatTensor<B>,
    /// Mean of gradients.
    pub mean: FloatTensor<B>,
    /// Mean of squared gradients.
    pub square: FloatTensor<B>,
}

/// A backend that runs the network's operations.
///
/// Every implementation of an operation, these default bodies included, panics if the shapes of its
/// arguments disagree; the message says both.
pub trait KernelBackend: Backend {
    /// Convolution of `x` `[batch, in, height, width]` with `weight` `[out, in, kernel, kernel]`.
    fn conv(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: ConvGeometry,
    ) -> FloatTensor<Self> {
        shapes::conv(&x, &weight, geometry);
        lower(reference::conv::<Self>(lift(x), lift(weight), geometry))
    }

    /// A convolution's weight `[out, in, kernel, kernel]` as convolutions of features in this number
    /// format read it: same values and shape, in another order in memory perhaps. They take it
    /// either way; what is used several times is better prepared once.
    fn prepare_weight(weight: FloatTensor<Self>, dtype: DType) -> FloatTensor<Self> {
        shapes::prepare_weight(&weight);
        lower(cast(lift::<Self, 4>(weight), dtype))
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
        shapes::conv_bias(&x, &weight, &bias, residual.as_ref(), geometry);
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
        shapes::norm(&x, &[("weight", &weight), ("bias", &bias)], residual.as_ref());
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
        let vectors =
            [("weight", &weight), ("bias", &bias), ("mean", &mean), ("variance", &variance)];
        shapes::norm(&x, &vectors, residual.as_ref());
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
    /// is repeated `s` times in both directions, `s` being read off its shape; it is a whole number.
    fn fuse(
        target: FloatTensor<Self>,
        edges: Vec<FloatTensor<Self>>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        shapes::fuse(&target, &edges);
        let edges = edges.into_iter().map(lift).collect();
        lower(reference::fuse::<Self>(lift(target), edges, activation))
    }

    /// Gradient of [`KernelBackend::conv`]'s input `x`, given that of its output; `sum` is what
    /// other uses of `x` contributed already and is added.
    fn conv_input_gradient(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        geometry: ConvGeometry,
        sum: Option<FloatTensor<Self>>,
    ) -> FloatTensor<Self> {
        shapes::conv_input_gradient(&x, &weight, &gradient, geometry, sum.as_ref());
        gradient::conv_input::<Self>(x, weight, gradient, geometry, sum)
    }

    /// Gradient of [`KernelBackend::conv`]'s weight.
    fn conv_weight_gradient(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        geometry: ConvGeometry,
    ) -> FloatTensor<Self> {
        shapes::conv_weight_gradient(&x, &weight, &gradient, geometry);
        gradient::conv_weight::<Self>(x, weight, gradient, geometry)
    }

    /// Gradients of a normalisation's inputs, given that of its output.
    fn norm_gradient(state: NormState<Self>, gradient: FloatTensor<Self>) -> NormGradients<Self> {
        shapes::norm_gradient(&state, &gradient);
        gradient::norm::<Self>(state, gradient)
    }

    /// The gradient before a ReLU with this `output`.
    fn relu_gradient(output: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        shapes::relu_gradient(&output, &gradient);
        lower(gradient::masked::<Self>(&lift(output), lift(gradient)))
    }

    /// Sum over all but the channels: the gradient of a bias.
    fn channel_sums(gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        shapes::channel_sums(&gradient);
        lower(gradient::channel_sums::<Self>(lift(gradient)))
    }

    /// Gradient of an edge of [`KernelBackend::fuse`] that has this shape.
    fn edge_gradient(gradient: FloatTensor<Self>, shape: [usize; 4]) -> FloatTensor<Self> {
        shapes::edge_gradient(&gradient, shape);
        lower(gradient::edge::<Self>(lift(gradient), shape))
    }

    /// One step of Adam, of the parameter and of both means.
    fn adam(
        values: AdamValues<Self>,
        gradient: FloatTensor<Self>,
        step: AdamStep,
    ) -> AdamValues<Self> {
        shapes::adam(&values, &gradient);
        reference::adam::<Self>(values, gradient, step)
    }

    /// Running mean and variance `[channels]`, moved by `share` towards those of a batch; the latter's
    /// variance is multiplied by `unbiased` before.
    fn move_statistics(
        running: [FloatTensor<Self>; 2],
        batch: [FloatTensor<Self>; 2],
        share: f64,
        unbiased: f64,
    ) -> [FloatTensor<Self>; 2] {
        shapes::move_statistics(&running, &batch);
        reference::move_statistics::<Self>(running, batch, share, unbiased)
    }

    /// Prepares for operations that use these parameters together: where gradients are recorded,
    /// the records become one beforehand, which costs less than one by one. Values and gradients do
    /// not depend on it.
    fn join(_parameters: Vec<FloatTensor<Self>>) {}

    /// Bytes that the backend holds on a device, where it can tell: the most that was needed since the
    /// last clean-up, for memory is kept for later use.
    fn reserved_memory(_device: &Self::Device) -> Option<u64> {
        None
    }

    /// Sum of two gradients of the same features.
    fn add_gradients(a: FloatTensor<Self>, b: FloatTensor<Self>) -> FloatTensor<Self> {
        shapes::add_gradients(&a, &b);
        Self::float_add(a, b)
    }
}

pub(crate) fn lift<B: Backend, const D: usize>(primitive: FloatTensor<B>) -> Tensor<B, D> {
    Tensor::from_primitive(TensorPrimitive::Float(primitive))
}

pub(crate) fn lower<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> FloatTensor<B> {
    tensor.into_primitive().tensor()
}
