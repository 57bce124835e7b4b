//! Automatic differentiation of the operations, with hand-written backward steps.
//!
//! Each step keeps what its gradients need and nothing else, recomputes nothing that is expensive,
//! skips inputs that need no gradient, and hands the sum of earlier contributions to the kernel
//! that adds its own, so that a gradient is never summed in a pass of its own where that can be
//! helped.

mod conv;
mod fuse;
mod gradients;
mod join;
mod likelihood;
mod norm;
mod norm_group;
mod upsample;

use std::sync::Arc;

use burn::tensor::ops::{FloatTensor, IntTensor};
use burn_autodiff::Autodiff;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;
use burn_backend::DType;

use crate::backend::KernelBackend;
use crate::group::Group;
use crate::shapes;
use crate::types::{Activation, ConvGeometry, LogLikelihood, NormOutput};

impl<B: KernelBackend, C: CheckpointStrategy> KernelBackend for Autodiff<B, C> {
    fn conv(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: ConvGeometry,
    ) -> FloatTensor<Self> {
        conv::conv::<B, C>(x, weight, None, geometry)
    }

    fn prepare_weights(weights: Vec<FloatTensor<Self>>, dtype: DType) -> Vec<FloatTensor<Self>> {
        let weights = weights.into_iter().map(|weight| weight.primitive).collect();
        B::prepare_weights(weights, dtype).into_iter().map(FloatTensor::<Self>::new).collect()
    }

    fn conv_prepared(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        prepared: FloatTensor<Self>,
        geometry: ConvGeometry,
    ) -> FloatTensor<Self> {
        shapes::conv_prepared(&x.primitive, &weight.primitive, &prepared.primitive, geometry);
        conv::conv::<B, C>(x, weight, Some(prepared.primitive), geometry)
    }

    fn conv_bias(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        residual: Option<FloatTensor<Self>>,
        activation: Activation,
        geometry: ConvGeometry,
    ) -> FloatTensor<Self> {
        conv::conv_bias::<B, C>(x, weight, bias, residual, activation, geometry)
    }

    fn norm_batch(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        epsilon: f64,
        residual: Option<FloatTensor<Self>>,
        activation: Activation,
    ) -> NormOutput<Self> {
        norm::batch::<B, C>(x, [weight, bias], epsilon, residual, activation)
    }

    fn norm_group(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        epsilon: f64,
        residual: Option<FloatTensor<Self>>,
        activation: Activation,
        group: &Arc<dyn Group>,
    ) -> NormOutput<Self> {
        norm_group::group::<B, C>(x, [weight, bias], epsilon, residual, activation, group)
    }

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
        norm::frozen::<B, C>(x, [weight, bias], [mean, variance], epsilon, residual, activation)
    }

    fn fuse(
        target: FloatTensor<Self>,
        edges: Vec<FloatTensor<Self>>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        fuse::fuse::<B, C>(target, edges, activation)
    }

    fn blend(
        target: FloatTensor<Self>,
        edges: Vec<FloatTensor<Self>>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        fuse::blend::<B, C>(target, edges, activation)
    }

    fn upsample(x: FloatTensor<Self>, size: [usize; 2]) -> FloatTensor<Self> {
        upsample::upsample::<B, C>(x, size)
    }

    fn log_likelihood(scores: FloatTensor<Self>, labels: IntTensor<Self>) -> LogLikelihood<Self> {
        likelihood::log_likelihood::<B, C>(scores, labels)
    }

    fn is_faster_in_bfloat16(device: &Self::Device) -> bool {
        B::is_faster_in_bfloat16(device)
    }

    fn join(tensors: Vec<FloatTensor<Self>>) {
        join::join::<B, C>(tensors);
    }
}
