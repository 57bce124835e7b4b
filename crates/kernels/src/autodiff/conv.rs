//! Convolutions.

use burn::tensor::ops::FloatTensor;
use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};
use burn_backend::{Backend, TensorMetadata};

use super::gradients::{self, Tracked};
use crate::backend::KernelBackend;
use crate::types::{Activation, ConvGeometry};

/// Values that a convolution keeps for its gradients.
#[derive(Debug, Clone)]
struct State<B: Backend> {
    x: FloatTensor<B>,
    /// The parameter: its gradient has its format.
    weight: FloatTensor<B>,
    /// The parameter in the order and number format that convolutions read.
    prepared: FloatTensor<B>,
    geometry: ConvGeometry,
    /// The output, where a ReLU made it.
    output: Option<FloatTensor<B>>,
}

/// Parents: input and weight, and for the operation with bias also bias and residual.
#[derive(Debug)]
struct Conv;

impl<B: KernelBackend> Backward<B, 2> for Conv {
    type State = State<B>;

    fn backward(self, ops: Ops<State<B>, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        backward::<B, 2>(ops, gradient, gradients);
    }
}

impl<B: KernelBackend> Backward<B, 3> for Conv {
    type State = State<B>;

    fn backward(self, ops: Ops<State<B>, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        backward::<B, 3>(ops, gradient, gradients);
    }
}

impl<B: KernelBackend> Backward<B, 4> for Conv {
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
    let State { x, weight, prepared, geometry, output } = ops.state;
    let gradient = match output {
        Some(output) => B::relu_gradient(output, gradient),
        None => gradient,
    };
    let mut parents = ops.parents.into_iter();
    let mut next = || parents.next().flatten();
    let (x_node, weight_node, bias_node, residual_node) = (next(), next(), next(), next());
    if let Some(node) = weight_node {
        let value = B::conv_weight_gradient(x.clone(), weight, gradient.clone(), geometry);
        gradients.register::<B>(node.id, value);
    }
    if let Some(node) = bias_node {
        gradients.register::<B>(node.id, B::channel_sums(gradient.clone()));
    }
    if let Some(node) = x_node {
        let sum = gradients::take::<B>(gradients, &gradient, |tensor| tensor.node = node.clone());
        let value = B::conv_input_gradient(x, prepared, gradient.clone(), geometry, sum);
        gradients.register::<B>(node.id, value);
    }
    if let Some(node) = residual_node {
        let value = gradients::add::<B>(gradients, gradient, |tensor| tensor.node = node.clone());
        gradients.register::<B>(node.id, value);
    }
}

/// See [`KernelBackend::conv`] and [`KernelBackend::conv_prepared`].
pub(super) fn conv<B: KernelBackend, C: CheckpointStrategy>(
    x: Tracked<B>,
    weight: Tracked<B>,
    prepared: Option<FloatTensor<B>>,
    geometry: ConvGeometry,
) -> Tracked<B> {
    let nodes = [x.node, weight.node];
    let (x, weight) = (x.primitive, weight.primitive);
    let prepared = prepared.unwrap_or_else(|| B::prepare_weight(weight.clone(), x.dtype()));
    match Backward::<B, 2>::prepare::<C>(Conv, nodes).compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let result = B::conv(x.clone(), prepared.clone(), geometry);
            prep.finish(State { x, weight, prepared, geometry, output: None }, result)
        }
        OpsKind::UnTracked(prep) => prep.finish(B::conv(x, prepared, geometry)),
    }
}

/// See [`KernelBackend::conv_bias`].
pub(super) fn conv_bias<B: KernelBackend, C: CheckpointStrategy>(
    x: Tracked<B>,
    weight: Tracked<B>,
    bias: Tracked<B>,
    residual: Option<Tracked<B>>,
    activation: Activation,
    geometry: ConvGeometry,
) -> Tracked<B> {
    let run = |x, weight, residual| {
        B::conv_bias(x, weight, bias.primitive.clone(), residual, activation, geometry)
    };
    let state = |x, weight, prepared, output: &FloatTensor<B>| {
        let output = (activation == Activation::Relu).then(|| output.clone());
        State { x, weight, prepared, geometry, output }
    };
    let (x_node, weight_node) = (x.node, weight.node);
    let (x, weight) = (x.primitive, weight.primitive);
    // The two branches differ in the number of parents, which is part of the type.
    match residual {
        None => {
            let nodes = [x_node, weight_node, bias.node];
            match Backward::<B, 3>::prepare::<C>(Conv, nodes).compute_bound().stateful() {
                OpsKind::Tracked(prep) => {
                    let prepared = B::prepare_weight(weight.clone(), x.dtype());
                    let result = run(x.clone(), prepared.clone(), None);
                    prep.finish(state(x, weight, prepared, &result), result)
                }
                OpsKind::UnTracked(prep) => prep.finish(run(x, weight, None)),
            }
        }
        Some(residual) => {
            let nodes = [x_node, weight_node, bias.node, residual.node];
            let residual = Some(residual.primitive);
            match Backward::<B, 4>::prepare::<C>(Conv, nodes).compute_bound().stateful() {
                OpsKind::Tracked(prep) => {
                    let prepared = B::prepare_weight(weight.clone(), x.dtype());
                    let result = run(x.clone(), prepared.clone(), residual);
                    prep.finish(state(x, weight, prepared, &result), result)
                }
                OpsKind::UnTracked(prep) => prep.finish(run(x, weight, residual)),
            }
        }
    }
}
