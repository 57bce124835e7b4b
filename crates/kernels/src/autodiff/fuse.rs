//! The fusion sum.

use burn::tensor::ops::FloatTensor;
use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};
use burn_backend::{Backend, TensorMetadata};

use super::gradients::{self, Tracked};
use crate::backend::KernelBackend;
use crate::types::Activation;

/// Edges of one step at most; more are summed in several.
const MAX_EDGES: usize = 3;

/// Values that a fusion keeps for its gradients.
#[derive(Debug, Clone)]
struct State<B: Backend> {
    /// Shapes of the edges.
    shapes: Vec<[usize; 4]>,
    /// The output, where a ReLU made it.
    output: Option<FloatTensor<B>>,
}

/// Parents: the target and its edges.
#[derive(Debug)]
struct Fuse;

impl<B: KernelBackend, const N: usize> Backward<B, N> for Fuse {
    type State = State<B>;

    fn backward(self, ops: Ops<State<B>, N>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let mut gradient = gradients.consume::<B>(&ops.node);
        let State { shapes, output } = ops.state;
        if let Some(output) = output {
            gradient = B::relu_gradient(output, gradient);
        }
        let mut parents = ops.parents.into_iter();
        let target = parents.next().flatten();
        for (parent, shape) in parents.zip(shapes) {
            let Some(node) = parent else { continue };
            let value = B::edge_gradient(gradient.clone(), shape);
            let value = gradients::add::<B>(gradients, value, |tensor| tensor.node = node.clone());
            gradients.register::<B>(node.id, value);
        }
        if let Some(node) = target {
            let value =
                gradients::add::<B>(gradients, gradient, |tensor| tensor.node = node.clone());
            gradients.register::<B>(node.id, value);
        }
    }
}

/// See [`KernelBackend::fuse`].
pub(super) fn fuse<B: KernelBackend, C: CheckpointStrategy>(
    target: Tracked<B>,
    mut edges: Vec<Tracked<B>>,
    activation: Activation,
) -> Tracked<B> {
    if edges.len() > MAX_EDGES {
        let rest = edges.split_off(MAX_EDGES);
        let sum = fuse::<B, C>(target, edges, Activation::Identity);
        return fuse::<B, C>(sum, rest, activation);
    }
    edges.insert(0, target);
    match edges.len() {
        1 => step::<B, C, 1>(edges, activation),
        2 => step::<B, C, 2>(edges, activation),
        3 => step::<B, C, 3>(edges, activation),
        _ => step::<B, C, 4>(edges, activation),
    }
}

fn step<B: KernelBackend, C: CheckpointStrategy, const N: usize>(
    inputs: Vec<Tracked<B>>,
    activation: Activation,
) -> Tracked<B> {
    let (nodes, mut tensors): (Vec<_>, Vec<_>) =
        inputs.into_iter().map(|tensor| (tensor.node, tensor.primitive)).unzip();
    let nodes = nodes.try_into().expect("the caller counted the inputs");
    let shapes = tensors[1..].iter().map(|edge| edge.shape().dims()).collect();
    let target = tensors.remove(0);
    match Backward::<B, N>::prepare::<C>(Fuse, nodes).compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let result = B::fuse(target, tensors, activation);
            let output = (activation == Activation::Relu).then(|| result.clone());
            prep.finish(State { shapes, output }, result)
        }
        OpsKind::UnTracked(prep) => prep.finish(B::fuse(target, tensors, activation)),
    }
}
