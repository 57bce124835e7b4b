//! Normalisation over a group of devices.
//!
//! The gradient of the input is that under given statistics, and what the statistics' own dependence on the input adds:
//! a multiple of the normalised input and a constant per channel, of sums over the whole batch.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::ops::FloatTensor;
use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};
use burn_backend::TensorMetadata;

use super::gradients::Tracked;
use super::norm::register;
use crate::backend::KernelBackend;
use crate::group::{Group, Together};
use crate::primitive::{lift, lower};
use crate::types::{Activation, NormGradients, NormOutput, NormState, Origin};

/// Parents: input, scale, shift, and the residual if there is one.
#[derive(Debug)]
struct NormGroup;

type State<B> = (NormState<B>, Together);

impl<B: KernelBackend> Backward<B, 3> for NormGroup {
    type State = State<B>;

    fn backward(self, ops: Ops<State<B>, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        backward::<B, 3>(ops, gradient, gradients);
    }
}

impl<B: KernelBackend> Backward<B, 4> for NormGroup {
    type State = State<B>;

    fn backward(self, ops: Ops<State<B>, 4>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        backward::<B, 4>(ops, gradient, gradients);
    }
}

fn backward<B: KernelBackend, const N: usize>(
    ops: Ops<State<B>, N>,
    gradient: FloatTensor<B>,
    gradients: &mut Gradients,
) {
    let Ops { parents, node, state: (state, together) } = ops;
    let passed = (parents.get(3).is_some_and(Option::is_some)
        && state.activation == Activation::Identity)
        .then(|| gradient.clone());
    let values = B::norm_gradient(state.clone(), gradient);
    let NormGradients { x, weight, bias, residual } = values;
    let sums = together.sums::<B>([weight.clone(), bias.clone()]);
    let [slope, offset] = sums.map(lift::<B, 1>);
    let factor = lift::<B, 1>(state.weight) / (lift(state.variance.clone()) + state.epsilon).sqrt();
    let share = factor * (-1.0 / together.pixels);
    let (slope, offset): (Tensor<B, 1>, Tensor<B, 1>) = (slope * share.clone(), offset * share);
    let NormState { x: input, mean, variance, epsilon, .. } = state;
    let (slope, offset) = (lower(slope), lower(offset));
    let rest = Some(x);
    let x =
        B::norm_frozen(input, slope, offset, mean, variance, epsilon, rest, Activation::Identity);
    let values = NormGradients { x, weight, bias, residual };
    register::<B, N>(Ops { parents, node, state: () }, values, passed, gradients);
}

/// See [`KernelBackend::norm_group`]. The statistics carry no gradient of their own.
pub(super) fn group<B: KernelBackend, C: CheckpointStrategy>(
    x: Tracked<B>,
    [weight, bias]: [Tracked<B>; 2],
    epsilon: f64,
    residual: Option<Tracked<B>>,
    activation: Activation,
    group: &Arc<dyn Group>,
) -> NormOutput<burn_autodiff::Autodiff<B, C>> {
    let mut together = Together::next(group);
    let part = B::moments(x.primitive.clone());
    let [mean, variance] = together.moments::<B>(x.primitive.shape().dims(), part);
    let inner = |x, residual| {
        let (weight, bias) = (weight.primitive.clone(), bias.primitive.clone());
        let (mean, variance) = (mean.clone(), variance.clone());
        B::norm_frozen(x, weight, bias, mean, variance, epsilon, residual, activation)
    };
    let state = |x, output| {
        let norm = NormState {
            x,
            weight: weight.primitive.clone(),
            bias: bias.primitive.clone(),
            mean: mean.clone(),
            variance: variance.clone(),
            epsilon,
            origin: Origin::Given,
            activation,
            output,
        };
        (norm, together.clone())
    };
    let nodes = [x.node, weight.node.clone(), bias.node.clone()];
    let x = x.primitive;
    let output = match residual {
        None => match Backward::<B, 3>::prepare::<C>(NormGroup, nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(state(x.clone(), None), inner(x, None)),
            OpsKind::UnTracked(prep) => prep.finish(inner(x, None)),
        },
        Some(residual) => {
            let [x_node, weight_node, bias_node] = nodes;
            let nodes = [x_node, weight_node, bias_node, residual.node];
            let residual = Some(residual.primitive);
            match Backward::<B, 4>::prepare::<C>(NormGroup, nodes).compute_bound().stateful() {
                OpsKind::Tracked(prep) => {
                    let output = inner(x.clone(), residual);
                    let keep = (activation == Activation::Relu).then(|| output.clone());
                    prep.finish(state(x, keep), output)
                }
                OpsKind::UnTracked(prep) => prep.finish(inner(x, residual)),
            }
        }
    };
    NormOutput { output, mean: Tracked::<B>::new(mean), variance: Tracked::<B>::new(variance) }
}
