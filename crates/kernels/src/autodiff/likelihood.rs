//! The log-likelihood of labelled pixels.

use burn::tensor::ops::{FloatTensor, IntTensor};
use burn_autodiff::Autodiff;
use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};
use burn_backend::Backend;

use super::gradients::{self, Tracked};
use crate::backend::KernelBackend;
use crate::types::LogLikelihood;

/// Values that a log-likelihood keeps for its gradient: far smaller than probabilities of all classes.
#[derive(Debug, Clone)]
struct State<B: Backend> {
    scores: FloatTensor<B>,
    labels: IntTensor<B>,
    normaliser: FloatTensor<B>,
}

/// Parent: the scores.
#[derive(Debug)]
struct Likelihood;

impl<B: KernelBackend> Backward<B, 1> for Likelihood {
    type State = State<B>;

    fn backward(self, ops: Ops<State<B>, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        let [Some(node)] = ops.parents else { return };
        let State { scores, labels, normaliser } = ops.state;
        let value = B::log_likelihood_gradient(scores, labels, normaliser, gradient);
        let value = gradients::add::<B>(gradients, value, |tensor| tensor.node = node.clone());
        gradients.register::<B>(node.id, value);
    }
}

/// See [`KernelBackend::log_likelihood`]. The normaliser carries no gradient of its own.
pub(super) fn log_likelihood<B: KernelBackend, C: CheckpointStrategy>(
    scores: Tracked<B>,
    labels: IntTensor<B>,
) -> LogLikelihood<Autodiff<B, C>> {
    let result = B::log_likelihood(scores.primitive.clone(), labels.clone());
    let normaliser = Tracked::<B>::new(result.normaliser.clone());
    let step = Backward::<B, 1>::prepare::<C>(Likelihood, [scores.node]);
    let values = match step.compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let LogLikelihood { values, normaliser } = result;
            prep.finish(State { scores: scores.primitive, labels, normaliser }, values)
        }
        OpsKind::UnTracked(prep) => prep.finish(result.values),
    };
    LogLikelihood { values, normaliser }
}
