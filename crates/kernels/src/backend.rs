//! The backend extension trait.

use std::sync::Arc;

use burn::tensor::DType;
use burn::tensor::backend::Backend;
use burn::tensor::ops::{FloatTensor, IntTensor};
use burn_backend::TensorMetadata;

use crate::composed;
use crate::group::{Group, Together};
use crate::reference::{self, gradient};
use crate::shapes;
use crate::types::{
    Activation, AdamParameter, AdamStep, AdamValues, ConvGeometry, LogLikelihood, NormGradients,
    NormOutput, NormState,
};

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
        composed::conv::<Self>(x, weight, geometry)
    }

    /// A convolution's weight `[out, in, kernel, kernel]` as convolutions of features in this number
    /// format read it: same values and shape, in another order in memory perhaps. They take it
    /// either way; what is used several times is better prepared once.
    fn prepare_weight(weight: FloatTensor<Self>, dtype: DType) -> FloatTensor<Self> {
        shapes::prepare_weight(&weight);
        composed::cast::<Self>(weight, dtype)
    }

    /// Weights of many convolutions, each as [`Self::prepare_weight`] makes it.
    fn prepare_weights(weights: Vec<FloatTensor<Self>>, dtype: DType) -> Vec<FloatTensor<Self>> {
        weights.into_iter().map(|weight| Self::prepare_weight(weight, dtype)).collect()
    }

    /// [`Self::conv`] with a weight that was prepared; the gradient is that of `weight`, from which it was made.
    fn conv_prepared(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        prepared: FloatTensor<Self>,
        geometry: ConvGeometry,
    ) -> FloatTensor<Self> {
        shapes::conv_prepared(&x, &weight, &prepared, geometry);
        Self::conv(x, prepared, geometry)
    }

    /// A bias `[out]` as [`Self::conv_bias`] of features in this number format reads it where neither residual nor
    /// activation follow.
    fn prepare_bias(bias: FloatTensor<Self>, _dtype: DType) -> FloatTensor<Self> {
        bias
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
        composed::conv_bias::<Self>(x, weight, bias, residual, activation, geometry)
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
        composed::norm_batch::<Self>(x, weight, bias, epsilon, residual, activation)
    }

    /// Mean and biased variance of `x`, `[channels]` each.
    fn moments(x: FloatTensor<Self>) -> [FloatTensor<Self>; 2] {
        composed::moments::<Self>(x)
    }

    /// [`KernelBackend::norm_batch`] of a batch whose parts lie on the devices of a group: the statistics, and with them
    /// the gradients, are those of the whole batch.
    fn norm_group(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        epsilon: f64,
        residual: Option<FloatTensor<Self>>,
        activation: Activation,
        group: &Arc<dyn Group>,
    ) -> NormOutput<Self> {
        shapes::norm(&x, &[("weight", &weight), ("bias", &bias)], residual.as_ref());
        let part = Self::moments(x.clone());
        let [mean, variance] = Together::next(group).moments::<Self>(x.shape().dims(), part);
        let given = (mean.clone(), variance.clone());
        let output =
            Self::norm_frozen(x, weight, bias, given.0, given.1, epsilon, residual, activation);
        NormOutput { output, mean, variance }
    }

    /// `activation(normalise(x) · weight + bias + residual)` with given statistics, each `[channels]`.
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
        composed::norm_frozen::<Self>(
            x, weight, bias, mean, variance, epsilon, residual, activation,
        )
    }

    /// `activation(target + Σ upsample(edge))`: every edge `[batch, channels, height / s, width / s]`
    /// is repeated `s` times in both directions, `s` being read off its shape; it is a whole number.
    fn fuse(
        target: FloatTensor<Self>,
        edges: Vec<FloatTensor<Self>>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        shapes::fuse(&target, &edges);
        composed::fuse::<Self>(target, edges, activation)
    }

    /// `activation(target + Σ upsample(edge))`: [`KernelBackend::upsample`] brings every edge `[batch, channels, rows,
    /// columns]` to the size of the target.
    fn blend(
        target: FloatTensor<Self>,
        edges: Vec<FloatTensor<Self>>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        shapes::blend(&target, &edges);
        composed::blend::<Self>(target, edges, activation)
    }

    /// `x` `[batch, channels, height, width]` interpolated bilinearly (`align_corners = false`) to `[batch, channels,
    /// *size]`; itself where it has that size.
    fn upsample(x: FloatTensor<Self>, size: [usize; 2]) -> FloatTensor<Self> {
        shapes::upsample(&x, size);
        composed::upsample::<Self>(x, size)
    }

    /// How likely the `labels` `[batch, height, width]` of pixels are by the softmax over classes of `scores` `[batch,
    /// classes, rows, columns]`, interpolated bilinearly to the labels' size. Labels may be numbers of no class.
    fn log_likelihood(scores: FloatTensor<Self>, labels: IntTensor<Self>) -> LogLikelihood<Self> {
        shapes::log_likelihood(&scores, &labels);
        composed::log_likelihood::<Self>(scores, labels)
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
        composed::relu_gradient::<Self>(output, gradient)
    }

    /// Sum over all but the channels: the gradient of a bias.
    fn channel_sums(gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        shapes::channel_sums(&gradient);
        composed::channel_sums::<Self>(gradient)
    }

    /// Gradient of an edge of [`KernelBackend::fuse`] that has this shape.
    fn edge_gradient(gradient: FloatTensor<Self>, shape: [usize; 4]) -> FloatTensor<Self> {
        shapes::edge_gradient(&gradient, shape);
        composed::edge_gradient::<Self>(gradient, shape)
    }

    /// Gradient of [`KernelBackend::upsample`]'s input, which has this height and width.
    fn upsample_gradient(gradient: FloatTensor<Self>, size: [usize; 2]) -> FloatTensor<Self> {
        shapes::upsample_gradient(&gradient, size);
        composed::upsample_gradient::<Self>(gradient, size)
    }

    /// Gradient of [`KernelBackend::log_likelihood`]'s scores, given that of its values `[batch, height, width]`.
    fn log_likelihood_gradient(
        scores: FloatTensor<Self>,
        labels: IntTensor<Self>,
        normaliser: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        shapes::log_likelihood_gradient(&scores, &labels, &normaliser, &gradient);
        composed::log_likelihood_gradient::<Self>(scores, labels, normaliser, gradient)
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

    /// One step of Adam of many parameters, in their order.
    fn adam_all(parameters: Vec<AdamParameter<Self>>) -> Vec<AdamValues<Self>> {
        let one = |AdamParameter { values, gradient, step }| Self::adam(values, gradient, step);
        parameters.into_iter().map(one).collect()
    }

    /// Moving averages of tensors, each of the shape of its value: `keep · average + (1 - keep) · value`.
    fn average_all(
        averages: Vec<FloatTensor<Self>>,
        values: Vec<FloatTensor<Self>>,
        keep: f64,
    ) -> Vec<FloatTensor<Self>> {
        shapes::average_all(&averages, &values);
        reference::many::average_all::<Self>(averages, values, keep)
    }

    /// Sum `[1]` of the squares of all values of at least one tensor.
    fn square_sum(tensors: Vec<FloatTensor<Self>>) -> FloatTensor<Self> {
        shapes::square_sum(&tensors);
        reference::many::square_sum::<Self>(tensors)
    }

    /// Tensors times a factor `[1]`.
    fn scale_all(
        tensors: Vec<FloatTensor<Self>>,
        factor: FloatTensor<Self>,
    ) -> Vec<FloatTensor<Self>> {
        shapes::scale_all(&factor);
        reference::many::scale_all::<Self>(tensors, factor)
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

    /// Whether a device computes features in bfloat16 faster than in float32.
    fn is_faster_in_bfloat16(_device: &Self::Device) -> bool {
        false
    }

    /// Sum of two gradients of the same features.
    fn add_gradients(a: FloatTensor<Self>, b: FloatTensor<Self>) -> FloatTensor<Self> {
        shapes::add_gradients(&a, &b);
        Self::float_add(a, b)
    }
}
