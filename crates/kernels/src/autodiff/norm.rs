//! Normalisation.

use burn::tensor::ops::FloatTensor;
use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};

use super::gradients::{self, Tracked};
use crate::backend::KernelBackend;
use crate::types::{Activation, NormGradients, NormOutput, NormState, Origin};

/// Parents: input, scale, shift, and the residual if there is one.
#[derive(Debug)]
struct Norm;

impl<B: KernelBackend> Backward<B, 3> for Norm {
    type State = NormState<B>;

    fn backward(self, ops: Ops<NormState<B>, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        backward::<B, 3>(ops, gradient, gradients);
    }
}

impl<B: KernelBackend> Backward<B, 4> for Norm {
    type State = NormState<B>;

    fn backward(self, ops: Ops<NormState<B>, 4>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        backward::<B, 4>(ops, gradient, gradients);
    }
}

fn backward<B: KernelBackend, const N: usize>(
    ops: Ops<NormState<B>, N>,
    gradient: FloatTensor<B>,
    gradients: &mut Gradients,
) {
    let Ops { parents, node, state } = ops;
    // Another handle on the gradient would keep kernels from working in its memory.
    let passed = (parents.get(3).is_some_and(Option::is_some)
        && state.activation == Activation::Identity)
        .then(|| gradient.clone());
    let values = B::norm_gradient(state, gradient);
    register::<B, N>(Ops { parents, node, state: () }, values, passed, gradients);
}

/// Hands gradients to the input, the scale, the shift, and the residual if there is one; without an activation the
/// residual's gradient is the output's, `passed`.
pub(super) fn register<B: KernelBackend, const N: usize>(
    ops: Ops<(), N>,
    values: NormGradients<B>,
    passed: Option<FloatTensor<B>>,
    gradients: &mut Gradients,
) {
    let mut parents = ops.parents.into_iter();
    let mut next = || parents.next().flatten();
    let (x, weight, bias, residual) = (next(), next(), next(), next());
    if let (Some(node), Some(value)) = (residual, values.residual.or(passed)) {
        let value = gradients::add::<B>(gradients, value, |tensor| tensor.node = node.clone());
        gradients.register::<B>(node.id, value);
    }
    if let Some(node) = x {
        let value = gradients::add::<B>(gradients, values.x, |tensor| tensor.node = node.clone());
        gradients.register::<B>(node.id, value);
    }
    if let Some(node) = weight {
        gradients.register::<B>(node.id, values.weight);
    }
    if let Some(node) = bias {
        gradients.register::<B>(node.id, values.bias);
    }
}

/// See [`KernelBackend::norm_batch`]. The statistics carry no gradient of their own.
pub(super) fn batch<B: KernelBackend, C: CheckpointStrategy>(
    x: Tracked<B>,
    [weight, bias]: [Tracked<B>; 2],
    epsilon: f64,
    residual: Option<Tracked<B>>,
    activation: Activation,
) -> NormOutput<burn_autodiff::Autodiff<B, C>> {
    let inner = |x, residual| {
        let (weight, bias) = (weight.primitive.clone(), bias.primitive.clone());
        B::norm_batch(x, weight, bias, epsilon, residual, activation)
    };
    let state = |x, norm: &NormOutput<B>, keep| NormState {
        x,
        weight: weight.primitive.clone(),
        bias: bias.primitive.clone(),
        mean: norm.mean.clone(),
        variance: norm.variance.clone(),
        epsilon,
        origin: Origin::Batch,
        activation,
        output: keep,
    };
    let (mean, variance);
    let nodes = [x.node, weight.node.clone(), bias.node.clone()];
    let x = x.primitive;
    let output = match residual {
        None => match Backward::<B, 3>::prepare::<C>(Norm, nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let norm = inner(x.clone(), None);
                let state = state(x, &norm, None);
                (mean, variance) = (norm.mean, norm.variance);
                prep.finish(state, norm.output)
            }
            OpsKind::UnTracked(prep) => {
                let norm = inner(x, None);
                (mean, variance) = (norm.mean, norm.variance);
                prep.finish(norm.output)
            }
        },
        Some(residual) => {
            let [x_node, weight_node, bias_node] = nodes;
            let nodes = [x_node, weight_node, bias_node, residual.node];
            let residual = Some(residual.primitive);
            match Backward::<B, 4>::prepare::<C>(Norm, nodes).compute_bound().stateful() {
                OpsKind::Tracked(prep) => {
                    let norm = inner(x.clone(), residual);
                    let keep = (activation == Activation::Relu).then(|| norm.output.clone());
                    let state = state(x, &norm, keep);
                    (mean, variance) = (norm.mean, norm.variance);
                    prep.finish(state, norm.output)
                }
                OpsKind::UnTracked(prep) => {
                    let norm = inner(x, residual);
                    (mean, variance) = (norm.mean, norm.variance);
                    prep.finish(norm.output)
                }
            }
        }
    };
    NormOutput { output, mean: Tracked::<B>::new(mean), variance: Tracked::<B>::new(variance) }
}

/// See [`KernelBackend::norm_frozen`]. The given statistics are constants.
pub(super) fn frozen<B: KernelBackend, C: CheckpointStrategy>(
    x: Tracked<B>,
    [weight, bias]: [Tracked<B>; 2],
    [mean, variance]: [Tracked<B>; 2],
    epsilon: f64,
    residual: Option<Tracked<B>>,
    activation: Activation,
) -> Tracked<B> {
    let inner = |x, residual| {
        let (weight, bias) = (weight.primitive.clone(), bias.primitive.clone());
        let (mean, variance) = (mean.primitive.clone(), variance.primitive.clone());
        B::norm_frozen(x, weight, bias, mean, variance, epsilon, residual, activation)
    };
    let state = |x, keep| NormState {
        x,
        weight: weight.primitive.clone(),
        bias: bias.primitive.clone(),
        mean: mean.primitive.clone(),
        variance: variance.primitive.clone(),
        epsilon,
        origin: Origin::Given,
        activation,
        output: keep,
    };
    let nodes = [x.node, weight.node.clone(), bias.node.clone()];
    let x = x.primitive;
    match residual {
        None => match Backward::<B, 3>::prepare::<C>(Norm, nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let output = inner(x.clone(), None);
                prep.finish(state(x, None), output)
            }
            OpsKind::UnTracked(prep) => prep.finish(inner(x, None)),
        },
        Some(residual) => {
            let [x_node, weight_node, bias_node] = nodes;
            let nodes = [x_node, weight_node, bias_node, residual.node];
            let residual = Some(residual.primitive);
            match Backward::<B, 4>::prepare::<C>(Norm, nodes).compute_bound().stateful() {
                OpsKind::Tracked(prep) => {
                    let output = inner(x.clone(), residual);
                    let keep = (activation == Activation::Relu).then(|| output.clone());
                    prep.finish(state(x, keep), output)
                }
                OpsKind::UnTracked(prep) => prep.finish(inner(x, residual)),
            }
        }
    }
}
