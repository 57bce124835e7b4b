//! Items that the loop hands to burn-train's metrics: losses of steps, scores of validations.

use burn::backend::Flex;
use burn::backend::flex::FlexDevice;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn_train::ItemLazy;
use burn_train::metric::{Adaptor, LossInput};
use scalenas_model::BatchStatistics;

use crate::run::losses::meter::ScalarF64;
use crate::score::grade::SubnetScore;

/// Results of a training step beside the gradients.
pub struct StepOutput<B: Backend> {
    /// Loss of the task and, with a teacher, the weighted distance to it; the mean over the subnets, weighted by
    /// the share of the batch; `[1]`.
    pub loss: Tensor<B, 1>,
    /// Batch statistics of the normalisation layers that ran, per subnet.
    pub statistics: Vec<BatchStatistics<B>>,
}

/// Loss of a step on the host.
#[derive(Debug, Clone, Copy)]
pub struct StepLoss(pub f64);

impl<B: Backend> ItemLazy for StepOutput<B> {
    type ItemSync = StepLoss;

    fn sync(self) -> StepLoss {
        StepLoss(self.loss.into_scalar_f64())
    }
}

impl Adaptor<LossInput<Flex>> for StepLoss {
    fn adapt(&self) -> LossInput<Flex> {
        LossInput::new(Tensor::from_floats([self.0 as f32], &FlexDevice))
    }
}

/// Scores of one validation.
#[derive(Debug, Clone, Default)]
pub struct Scores(pub Vec<SubnetScore>);

impl ItemLazy for Scores {
    type ItemSync = Self;

    fn sync(self) -> Self {
        self
    }
}

impl Adaptor<Scores> for Scores {
    fn adapt(&self) -> Scores {
        self.clone()
    }
}
