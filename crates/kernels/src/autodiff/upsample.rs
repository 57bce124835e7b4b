//! Interpolation.

use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};
use burn_backend::TensorMetadata;

use super::gradients::{self, Tracked};
use crate::backend::KernelBackend;

/// Parent: the input, of which the height and width are kept.
#[derive(Debug)]
struct Upsample;

impl<B: KernelBackend> Backward<B, 1> for Upsample {
    type State = [usize; 2];

    fn backward(self, ops: Ops<[usize; 2], 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        let [Some(node)] = ops.parents else { return };
        let value = B::upsample_gradient(gradient, ops.state);
        let value = gradients::add::<B>(gradients, value, |tensor| tensor.node = node.clone());
        gradients.register::<B>(node.id, value);
    }
}

/// See [`KernelBackend::upsample`].
pub(super) fn upsample<B: KernelBackend, C: CheckpointStrategy>(
    x: Tracked<B>,
    size: [usize; 2],
) -> Tracked<B> {
    let [_, _, height, width] = x.primitive.shape().dims();
    match Backward::<B, 1>::prepare::<C>(Upsample, [x.node]).compute_bound().stateful() {
        OpsKind::Tracked(prep) => prep.finish([height, width], B::upsample(x.primitive, size)),
        OpsKind::UnTracked(prep) => prep.finish(B::upsample(x.primitive, size)),
    }
}
