//! Stochastic gradient descent whose weight decay depends on the kind of parameter.

use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{LearningRate, Sgd, SgdConfig, SimpleOptimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn::tensor::ops::Device;

use super::decay::Decay;

/// The framework's rule with momentum, with decay for some parameters and without for the others.
#[derive(Clone)]
pub struct SgdByKind<B: Backend> {
    decaying: Sgd<B>,
    plain: Sgd<B>,
    decay: Decay,
}

impl<B: Backend> SgdByKind<B> {
    /// Rule with PyTorch's momentum.
    pub fn new(momentum: f64, decay: Decay) -> Self {
        let momentum = MomentumConfig::new().with_momentum(momentum).with_dampening(0.0);
        let config = SgdConfig::new().with_momentum(Some(momentum));
        let penalty = WeightDecayConfig::new(decay.weight_decay as f32);
        let decaying = config.clone().with_weight_decay(Some(penalty));
        Self { decaying: decaying.build(), plain: config.build(), decay }
    }
}

impl<B: Backend> SimpleOptimizer<B> for SgdByKind<B> {
    type State<const D: usize> = <Sgd<B> as SimpleOptimizer<B>>::State<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<B, D>,
        gradient: Tensor<B, D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        let decays = self.decay.of_rank(D) > 0.0;
        let rule = if decays { &self.decaying } else { &self.plain };
        rule.step(rate, tensor, gradient, state)
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device<B>) -> Self::State<D> {
        <Sgd<B> as SimpleOptimizer<B>>::to_device(state, device)
    }
}
