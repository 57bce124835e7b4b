//! The supernet as burn-train sees it.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_train::metric::{Adaptor, LossInput};
use burn_train::{InferenceStep, ItemLazy, TrainOutput, TrainStep};
use scalenas_kernels::KernelBackend;
use scalenas_model::{BatchStatistics, Norms, Prediction, Supernet};

use crate::run::batch::TrainBatch;
use crate::score::validation::SubnetScore;

/// Weight of the distance to the teacher's logits.
const TEACHER_WEIGHT: f64 = 0.5;

/// A supernet that learns what its batches ask for.
#[derive(Module, Debug)]
pub struct TaskLearner<B: Backend> {
    /// The shared weights.
    pub supernet: Supernet<B>,
}

/// What one training step gives besides gradients.
pub struct StepOutput<B: Backend> {
    /// Task loss and, with a teacher, its share; `[1]`.
    pub loss: Tensor<B, 1>,
    /// What the executed normalisation layers saw.
    pub statistics: BatchStatistics<B>,
}

impl<B: Backend> TaskLearner<B> {
    /// The loss of a batch under its subnet.
    fn loss(&self, batch: TrainBatch<B>) -> StepOutput<B>
    where
        B: KernelBackend,
    {
        let mut statistics = BatchStatistics::new();
        let mut norms = Norms::Batch(&mut statistics);
        let prediction = self.supernet.predict(batch.images, &batch.plan, &mut norms);
        let distance =
            batch.teacher.map(|teacher| distance(prediction.clone(), teacher) * TEACHER_WEIGHT);
        let task = batch.target.loss(prediction);
        let loss = match distance {
            Some(distance) => task + distance,
            None => task,
        };
        StepOutput { loss, statistics }
    }
}

/// Mean squared difference of two predictions, summed over their resolutions; `[1]`.
fn distance<B: Backend>(a: Prediction<B>, b: Prediction<B>) -> Tensor<B, 1> {
    let mse = |a: Tensor<B, 4>, b: Tensor<B, 4>| (a - b).powi_scalar(2).mean();
    let coarse = mse(a.coarse, b.coarse);
    match (a.fine, b.fine) {
        (Some(a), Some(b)) => coarse + mse(a, b),
        _ => coarse,
    }
}

impl<B> TrainStep for TaskLearner<B>
where
    B: AutodiffBackend + KernelBackend,
{
    type Input = TrainBatch<B>;
    type Output = StepOutput<B::InnerBackend>;

    fn step(&self, batch: TrainBatch<B>) -> TrainOutput<Self::Output> {
        let output = self.loss(batch);
        let gradients = output.loss.backward();
        let item = StepOutput { loss: output.loss.inner(), statistics: output.statistics.valid() };
        TrainOutput::new(self, gradients, item)
    }
}

impl<B: Backend> InferenceStep for TaskLearner<B> {
    type Input = Scores;
    type Output = Scores;

    /// Validation runs calibrated subnets one by one in the strategy; this hands their figures to
    /// burn-train's metrics.
    fn step(&self, scores: Scores) -> Scores {
        scores
    }
}

/// Figures of one validation.
#[derive(Debug, Clone, Default)]
pub struct Scores(pub Vec<SubnetScore>);

impl ItemLazy for Scores {
    type ItemSync = Self;

    fn sync(self) -> Self {
        self
    }
}

/// A loss on the host.
#[derive(Debug, Clone, Copy)]
pub struct StepLoss(pub f64);

impl<B: Backend> ItemLazy for StepOutput<B> {
    type ItemSync = StepLoss;

    fn sync(self) -> StepLoss {
        StepLoss(self.loss.into_scalar_f64())
    }
}

impl Adaptor<LossInput<burn::backend::Flex>> for StepLoss {
    fn adapt(&self) -> LossInput<burn::backend::Flex> {
        LossInput::new(Tensor::from_floats([self.0 as f32], &burn::backend::flex::FlexDevice))
    }
}

/// Reading a one-element tensor.
pub(crate) trait ScalarF64 {
    /// Its value.
    fn into_scalar_f64(self) -> f64;
}

impl<B: Backend> ScalarF64 for Tensor<B, 1> {
    fn into_scalar_f64(self) -> f64 {
        use burn::tensor::ElementConversion;
        self.into_scalar().elem()
    }
}
