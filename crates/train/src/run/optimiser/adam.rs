//! Adam with PyTorch's arithmetic, on the kernel of the backend: one pass over parameter, gradient
//! and both means instead of one for each of a dozen operations.

use super::decay::Decay;
use burn::optim::LearningRate;
use burn::optim::SimpleOptimizer;
use burn::record::Record;
use burn::tensor::backend::Backend;
use burn::tensor::ops::Device;
use burn::tensor::{Tensor, TensorPrimitive};
use scalenas_kernels::{AdamParameter, AdamStep, AdamValues, KernelBackend};

/// Adam with decays of 0.9 and 0.999 and an epsilon of 1e-8, PyTorch's defaults; with weight decay that is
/// decoupled from the gradients, `AdamW`.
#[derive(Debug, Clone)]
pub struct Adam {
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    decay: Option<Decay>,
}

impl Default for Adam {
    fn default() -> Self {
        Self { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, decay: None }
    }
}

impl Adam {
    /// Adam with weight decay that is taken from the weights and not added to the gradients.
    #[must_use]
    pub fn with_decay(self, decay: Decay) -> Self {
        Self { decay: Some(decay), ..self }
    }
}

/// State of Adam for one parameter.
#[derive(Debug, Clone, Record)]
pub struct AdamState<B: Backend, const D: usize> {
    /// Steps taken.
    pub time: usize,
    /// Mean of gradients.
    pub mean: Tensor<B, D>,
    /// Mean of squared gradients.
    pub square: Tensor<B, D>,
}

impl Adam {
    /// A parameter before its step, with zeros for means that it does not have yet.
    pub(super) fn parameter<B: KernelBackend, const D: usize>(
        &self,
        learning_rate: LearningRate,
        weight: Tensor<B, D>,
        gradient: Tensor<B, D>,
        state: Option<AdamState<B, D>>,
    ) -> AdamParameter<B> {
        let zeros = || Tensor::zeros(weight.dims(), &weight.device());
        let state = state.unwrap_or_else(|| AdamState { time: 0, mean: zeros(), square: zeros() });
        let Self { beta_1, beta_2, epsilon, decay } = *self;
        let decay = decay.map_or(0.0, |decay| decay.of_rank(D));
        let values = AdamValues {
            weight: weight.into_primitive().tensor(),
            mean: state.mean.into_primitive().tensor(),
            square: state.square.into_primitive().tensor(),
        };
        let (keep, time) = (1.0 - learning_rate * decay, state.time + 1);
        let step = AdamStep { learning_rate, beta_1, beta_2, epsilon, keep, time };
        AdamParameter { values, gradient: gradient.into_primitive().tensor(), step }
    }
}

impl<B: KernelBackend> SimpleOptimizer<B> for Adam {
    type State<const D: usize> = AdamState<B, D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        grad: Tensor<B, D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        let AdamParameter { values, gradient, step } = self.parameter(lr, tensor, grad, state);
        let AdamValues { weight, mean, square } = B::adam(values, gradient, step);
        let lift = |primitive| Tensor::from_primitive(TensorPrimitive::Float(primitive));
        let state = AdamState { time: step.time, mean: lift(mean), square: lift(square) };
        (lift(weight), Some(state))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device<B>) -> Self::State<D> {
        let (mean, square) = (state.mean.to_device(device), state.square.to_device(device));
        AdamState { mean, square, ..state }
    }
}
