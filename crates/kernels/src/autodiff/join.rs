//! One graph for many parameters.
//!
//! The framework gives every parameter a graph of its own and merges graphs when an operation joins
//! them, in an order that chance decides: every other convolution moves everything recorded so far
//! into the graph of its weight. The cost of a step then grows with the square of its length. Joined
//! at once, before the first operation, every graph is moved once.

use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};

use super::gradients::Tracked;
use crate::backend::KernelBackend;

/// Most parameters joined at a time: more than the largest supernet of the paper has.
const MOST: usize = 4096;

/// Has no result that anybody uses, so that no gradient ever passes through.
#[derive(Debug)]
struct Join;

impl<B: KernelBackend, const N: usize> Backward<B, N> for Join {
    type State = ();

    fn backward(self, _: Ops<(), N>, _: &mut Gradients, _: &mut Checkpointer) {}
}

/// See [`KernelBackend::join`].
pub(super) fn join<B: KernelBackend, C: CheckpointStrategy>(mut tensors: Vec<Tracked<B>>) {
    while tensors.len() > 1 {
        tensors = tensors.chunks(MOST).map(one::<B, C>).collect();
    }
}

/// Joins up to [`MOST`]. The number of an operation's inputs is part of its type.
fn one<B: KernelBackend, C: CheckpointStrategy>(tensors: &[Tracked<B>]) -> Tracked<B> {
    match tensors.len() {
        ..=64 => filled::<B, C, 64>(tensors),
        65..=512 => filled::<B, C, 512>(tensors),
        _ => filled::<B, C, MOST>(tensors),
    }
}

/// One operation with `N` inputs, of which the last is repeated as often as it takes.
fn filled<B: KernelBackend, C: CheckpointStrategy, const N: usize>(
    tensors: &[Tracked<B>],
) -> Tracked<B> {
    let nodes: [_; N] = std::array::from_fn(|i| tensors[i.min(tensors.len() - 1)].node.clone());
    let output = tensors[0].primitive.clone();
    match Backward::<B, N>::prepare::<C>(Join, nodes).compute_bound().stateful() {
        OpsKind::Tracked(prep) => prep.finish((), output),
        OpsKind::UnTracked(prep) => prep.finish(output),
    }
}
