//! Sums of maps of several sizes.

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

/// How edges are brought to the size of the target.
#[derive(Debug, Clone, Copy)]
enum Resize {
    /// Repeated: [`KernelBackend::fuse`].
    Repeat,
    /// Interpolated: [`KernelBackend::blend`].
    Interpolate,
}

impl Resize {
    fn sum<B: KernelBackend>(
        self,
        target: FloatTensor<B>,
        edges: Vec<FloatTensor<B>>,
        activation: Activation,
    ) -> FloatTensor<B> {
        match self {
            Self::Repeat => B::fuse(target, edges, activation),
            Self::Interpolate => B::blend(target, edges, activation),
        }
    }

    /// Gradient of an edge of this shape.
    fn edge<B: KernelBackend>(self, gradient: FloatTensor<B>, shape: [usize; 4]) -> FloatTensor<B> {
        match self {
            Self::Repeat => B::edge_gradient(gradient, shape),
            Self::Interpolate => B::upsample_gradient(gradient, [shape[2], shape[3]]),
        }
    }
}

/// Values that a sum keeps for its gradients.
#[derive(Debug, Clone)]
struct State<B: Backend> {
    /// Shapes of the edges.
    shapes: Vec<[usize; 4]>,
    /// The output, where a ReLU made it.
    output: Option<FloatTensor<B>>,
}

/// Parents: the target and its edges.
#[derive(Debug)]
struct Fuse(Resize);

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
            let value = self.0.edge::<B>(gradient.clone(), shape);
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
    edges: Vec<Tracked<B>>,
    activation: Activation,
) -> Tracked<B> {
    sum::<B, C>(Resize::Repeat, target, edges, activation)
}

/// See [`KernelBackend::blend`].
pub(super) fn blend<B: KernelBackend, C: CheckpointStrategy>(
    target: Tracked<B>,
    edges: Vec<Tracked<B>>,
    activation: Activation,
) -> Tracked<B> {
    sum::<B, C>(Resize::Interpolate, target, edges, activation)
}

fn sum<B: KernelBackend, C: CheckpointStrategy>(
    resize: Resize,
    target: Tracked<B>,
    mut edges: Vec<Tracked<B>>,
    activation: Activation,
) -> Tracked<B> {
    if edges.len() > MAX_EDGES {
        let rest = edges.split_off(MAX_EDGES);
        let first = sum::<B, C>(resize, target, edges, Activation::Identity);
        return sum::<B, C>(resize, first, rest, activation);
    }
    edges.insert(0, target);
    match edges.len() {
        1 => step::<B, C, 1>(resize, edges, activation),
        2 => step::<B, C, 2>(resize, edges, activation),
        3 => step::<B, C, 3>(resize, edges, activation),
        _ => step::<B, C, 4>(resize, edges, activation),
    }
}

fn step<B: KernelBackend, C: CheckpointStrategy, const N: usize>(
    resize: Resize,
    inputs: Vec<Tracked<B>>,
    activation: Activation,
) -> Tracked<B> {
    let (nodes, mut tensors): (Vec<_>, Vec<_>) =
        inputs.into_iter().map(|tensor| (tensor.node, tensor.primitive)).unzip();
    let nodes = nodes.try_into().expect("the caller counted the inputs");
    let shapes = tensors[1..].iter().map(|edge| edge.shape().dims()).collect();
    let target = tensors.remove(0);
    match Backward::<B, N>::prepare::<C>(Fuse(resize), nodes).compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let result = resize.sum::<B>(target, tensors, activation);
            let output = (activation == Activation::Relu).then(|| result.clone());
            prep.finish(State { shapes, output }, result)
        }
        OpsKind::UnTracked(prep) => prep.finish(resize.sum::<B>(target, tensors, activation)),
    }
}
