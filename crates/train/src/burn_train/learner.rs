//! Learner of burn-train: a supernet, and the loss of a batch under its subnet.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_train::{InferenceStep, TrainOutput, TrainStep};
use scalenas_kernels::KernelBackend;
use scalenas_model::{BatchStatistics, Prediction, Supernet};

use super::items::{Scores, StepOutput};
use crate::run::batch::TrainBatch;

/// Weight of the distance to the logits of the teacher.
const TEACHER_WEIGHT: f64 = 0.5;

/// Supernet that learns the tasks of its batches.
#[derive(Module, Debug)]
pub struct TaskLearner<B: Backend> {
    /// Shared weights.
    pub supernet: Supernet<B>,
}

impl<B: Backend> TaskLearner<B> {
    /// The loss of a batch under its subnet.
    fn loss(&self, batch: TrainBatch<B>) -> StepOutput<B>
    where
        B: KernelBackend,
    {
        let mut statistics = BatchStatistics::new();
        let images = batch.sample.images;
        let prediction = self.supernet.observe(images, &batch.plan, &mut statistics);
        let distance =
            batch.teacher.map(|teacher| distance(prediction.clone(), teacher) * TEACHER_WEIGHT);
        let task = batch.sample.target.loss(prediction);
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

    /// Hands on the scores of a validation: calibrated subnets are scored one by one outside of
    /// burn-train, whose metrics show the figures.
    fn step(&self, scores: Scores) -> Scores {
        scores
    }
}
