//! Learner of burn-train: a supernet, and the loss of a batch under its subnets.

use burn::module::{AutodiffModule, Module};
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_train::{InferenceStep, TrainOutput, TrainStep};
use scalenas_kernels::KernelBackend;
use scalenas_model::{BatchStatistics, Prediction, Supernet};

use super::items::{Scores, StepOutput};
use crate::run::batch::{Guidance, Pupil, Sample, Share, TrainBatch};

/// Supernet that learns the tasks of its batches.
#[derive(Module, Debug)]
pub struct TaskLearner<B: Backend> {
    /// Shared weights.
    pub supernet: Supernet<B>,
}

/// Forward pass of a subnet.
struct Pass<B: Backend> {
    /// Loss of the task and the weighted distance to the teacher; `[1]`.
    loss: Tensor<B, 1>,
    /// The prediction, where it teaches other subnets.
    prediction: Option<Prediction<B>>,
    statistics: BatchStatistics<B>,
}

impl<B: KernelBackend> TaskLearner<B> {
    fn pass(
        &self,
        sample: Sample<B>,
        pupil: &Pupil,
        guidance: &Guidance<B>,
        share: &Share,
    ) -> Pass<B> {
        let norms = share.norms.clone();
        let mut statistics = norms.map_or_else(BatchStatistics::new, BatchStatistics::shared);
        let prediction = self.supernet.observe(sample.images, &pupil.plan, &mut statistics);
        let distance = guidance
            .teacher
            .clone()
            .map(|teacher| distance(prediction.clone(), teacher) * guidance.weight);
        let kept = guidance.is_in_place.then(|| prediction.clone());
        let task = sample.target.loss(prediction);
        let loss = match distance {
            Some(distance) => task + distance,
            None => task,
        };
        let loss = if share.weight < 1.0 { loss * share.weight } else { loss };
        Pass { loss, prediction: kept, statistics }
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

/// A prediction as a target: no gradient flows into it.
fn detached<B: AutodiffBackend>(prediction: Prediction<B>) -> Prediction<B> {
    Prediction { coarse: prediction.coarse.detach(), fine: prediction.fine.map(Tensor::detach) }
}

impl<B> TrainStep for TaskLearner<B>
where
    B: AutodiffBackend + KernelBackend,
{
    type Input = TrainBatch<B>;
    type Output = StepOutput<B::InnerBackend>;

    /// Gradients, summed over the subnets, with the mean of their losses.
    fn step(&self, batch: TrainBatch<B>) -> TrainOutput<Self::Output> {
        let TrainBatch { sample, pupils, mut guidance, share, .. } = batch;
        let count = pupils.len();
        let (mut sum, mut losses, mut statistics) = (Sum::new(), Vec::new(), Vec::new());
        let mut sample = Some(sample);
        for (place, pupil) in pupils.iter().enumerate() {
            let is_last = place + 1 == count;
            // The last pass may free the pictures as soon as it has read them.
            let own = if is_last { sample.take() } else { sample.clone() };
            let own = own.expect("taken by the last pass");
            let pass = self.pass(own, pupil, &guidance, &share);
            let gradients = GradientsParams::from_grads(pass.loss.backward(), self);
            sum.add(self, gradients);
            losses.push(pass.loss.inner());
            statistics.push(pass.statistics.valid());
            if place == 0 {
                guidance.teacher = pass.prediction.map(detached).or(guidance.teacher);
                guidance.is_in_place = false;
            }
        }
        let loss = losses.into_iter().reduce(|sum, loss| sum + loss);
        let loss = loss.expect("an iteration trains a subnet");
        let loss = if count > 1 { loss / count as f64 } else { loss };
        TrainOutput { grads: sum.gradients(), item: StepOutput { loss, statistics } }
    }
}

/// Sum of gradients; a single set is handed on as it is.
struct Sum<M> {
    first: Option<GradientsParams>,
    more: Option<GradientsAccumulator<M>>,
}

impl<M> Sum<M> {
    fn new() -> Self {
        Self { first: None, more: None }
    }

    fn add<B: AutodiffBackend>(&mut self, module: &M, gradients: GradientsParams)
    where
        M: AutodiffModule<B>,
    {
        if self.first.is_none() && self.more.is_none() {
            self.first = Some(gradients);
            return;
        }
        let more = self.more.get_or_insert_with(GradientsAccumulator::new);
        if let Some(first) = self.first.take() {
            more.accumulate(module, first);
        }
        more.accumulate(module, gradients);
    }

    fn gradients(self) -> GradientsParams {
        match (self.first, self.more) {
            (Some(first), _) => first,
            (None, Some(mut more)) => more.grads(),
            (None, None) => GradientsParams::new(),
        }
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
