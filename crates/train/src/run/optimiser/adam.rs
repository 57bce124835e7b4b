//! Adam with PyTorch's arithmetic, on the kernel of the backend: one pass over parameter, gradient
//! and both means instead of one for each of a dozen operations.

use burn::optim::LearningRate;
use burn::optim::SimpleOptimizer;
use burn::record::Record;
use burn::tensor::backend::Backend;
use burn::tensor::ops::Device;
use burn::tensor::{Tensor, TensorPrimitive};
use scalenas_kernels::{AdamStep, AdamValues, KernelBackend};

/// Adam with decays of 0.9 and 0.999 and an epsilon of 1e-8, PyTorch's defaults.
#[derive(Debug, Clone)]
pub struct Adam {
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Self { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 }
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

impl<B: KernelBackend> SimpleOptimizer<B> for Adam {
    type State<const D: usize> = AdamState<B, D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<B, D>,
        grad: Tensor<B, D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<B, D>, Option<Self::State<D>>) {
        let zeros = || Tensor::zeros(tensor.dims(), &tensor.device());
        let state = state.unwrap_or_else(|| AdamState { time: 0, mean: zeros(), square: zeros() });
        let time = state.time + 1;
        let Self { beta_1, beta_2, epsilon } = *self;
        let step = AdamStep { learning_rate: lr, beta_1, beta_2, epsilon, time };
        let values = AdamValues {
            weight: tensor.into_primitive().tensor(),
            mean: state.mean.into_primitive().tensor(),
            square: state.square.into_primitive().tensor(),
        };
        let values = B::adam(values, grad.into_primitive().tensor(), step);
        let lift = |primitive| Tensor::from_primitive(TensorPrimitive::Float(primitive));
        let state = AdamState { time, mean: lift(values.mean), square: lift(values.square) };
        (lift(values.weight), Some(state))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device<B>) -> Self::State<D> {
        let (mean, square) = (state.mean.to_device(device), state.square.to_device(device));
        AdamState { mean, square, ..state }
    }
}
