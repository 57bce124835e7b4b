//! Loop of a run: epochs, iterations, steps of the optimiser.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use burn::data::dataloader::{DataLoaderIterator, Progress as Items};
use burn::module::AutodiffModule;
use burn::optim::{GradientsAccumulator, GradientsParams, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use burn_train::metric::store::EventStoreClient;
use burn_train::{
    EventProcessorTraining, Learner, LearnerEvent, SupervisedTrainingEventProcessor, TrainLoader,
    TrainOutput, TrainingItem,
};
use scalenas_kernels::{KernelBackend, repeated};
use scalenas_model::{Prediction, Supernet};

use super::items::StepOutput;
use super::learner::TaskLearner;
use super::setup::{Components, Setup, State};
use crate::error::Result;
use crate::run::batch::TrainBatch;
use crate::run::losses::watch::{Observed, ids};
use crate::run::optimiser::clip;

/// End of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// All epochs are done.
    Complete,
    /// The run was stopped and can be resumed.
    Stopped,
}

/// A run in progress.
pub(super) struct Session<'a, B, O>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
    O: Optimizer<TaskLearner<B>, B> + 'static,
{
    pub setup: &'a Setup<B>,
    pub learner: Learner<Components<B, O>>,
    pub state: State<B>,
    pub events: SupervisedTrainingEventProcessor<Components<B, O>>,
    pub store: Arc<EventStoreClient>,
    pub accumulator: GradientsAccumulator<TaskLearner<B>>,
    /// Batches in the accumulator.
    pub accumulated: usize,
    /// The last iteration, whose loss is looked at after the next one is on its way.
    pub observed: Option<Observed<B::InnerBackend>>,
    /// Whether weights and means are allocated, so that steps only need memory for a while.
    pub is_settled: bool,
    /// Iterations done, with those whose pictures were all left out.
    pub iteration: u64,
    /// Iteration of the newest checkpoint.
    pub saved: u64,
    /// Whether a rank was asked to stop.
    pub is_stopping: bool,
}

impl<B, O> Session<'_, B, O>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
    O: Optimizer<TaskLearner<B>, B> + 'static,
{
    /// Runs to the end or until stopped.
    ///
    /// A checkpoint at the end of an epoch comes after its validation: a run that continues from
    /// there has nothing of that epoch left to do.
    pub fn run(&mut self, train: &TrainLoader<Components<B, O>>) -> Result<End> {
        let length = self.setup.epoch_length;
        let total = self.setup.iterations();
        // A run that ended early before is not continued.
        if self.is_patience_over()? {
            return Ok(End::Complete);
        }
        while self.iteration < total {
            let epoch = self.iteration / length + 1;
            let stopped = self.epoch(train)?;
            if stopped && self.iteration < epoch * length {
                self.save()?;
                return Ok(End::Stopped);
            }
            self.iteration = epoch * length;
            self.optimise_rest()?;
            self.events.process_train(LearnerEvent::EndEpoch(epoch as usize));
            self.validate(epoch as usize)?;
            let is_over = self.is_patience_over()?;
            let due = self.due() || self.setup.options.checkpoints.every.is_none();
            if stopped || due || is_over || self.iteration == total {
                self.save()?;
            }
            if is_over {
                return Ok(End::Complete);
            }
            if stopped && self.iteration < total {
                return Ok(End::Stopped);
            }
        }
        Ok(End::Complete)
    }

    /// Trains the iterations left of an epoch; tells whether a stop was asked for.
    fn epoch(&mut self, train: &TrainLoader<Components<B, O>>) -> Result<bool> {
        let end = (self.iteration / self.setup.epoch_length + 1) * self.setup.epoch_length;
        let mut batches = train.iter();
        while let Some(batch) = self.next(&mut *batches)? {
            self.step(batch, batches.progress())?;
            let stopped = self.is_stopping();
            if self.iteration == end {
                return Ok(stopped);
            }
            // A checkpoint has no place for gradients that wait for others.
            if self.accumulated > 0 {
                continue;
            }
            if self.due() {
                self.save()?;
            }
            if stopped {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The next batch that all ranks have a part of.
    fn next(
        &mut self,
        batches: &mut dyn DataLoaderIterator<TrainBatch<B>>,
    ) -> Result<Option<TrainBatch<B>>> {
        let Setup { ranks, options, stop, loader_error, .. } = self.setup;
        let mut read = || match batches.next() {
            Some(batch) => Ok(Some(batch)),
            None => loader_error.take().map_or(Ok(None), Err),
        };
        let mut batch = read()?;
        loop {
            let agreed = ranks.agree(batch.as_ref(), stop.load(Ordering::Relaxed))?;
            self.is_stopping = agreed.stop;
            if let Some(whole) = agreed.pictures {
                if let (Some(batch), false) = (&mut batch, ranks.are_one()) {
                    let own = batch.sample.images.dims()[0];
                    batch.share = ranks.share(own, whole, options.sync_norm);
                }
                return Ok(batch);
            }
            // Some have no picture of this iteration, which is left out then.
            let is_early = |batch: &TrainBatch<B>| match agreed.latest {
                Some(latest) => batch.position.iteration < latest,
                None => true,
            };
            while batch.as_ref().is_some_and(is_early) {
                batch = read()?;
            }
        }
    }

    /// Whether the run is to stop: all ranks stop after the same iteration.
    fn is_stopping(&self) -> bool {
        if self.setup.ranks.are_one() {
            self.setup.stop.load(Ordering::Relaxed)
        } else {
            self.is_stopping
        }
    }

    /// Trains one iteration.
    fn step(&mut self, mut batch: TrainBatch<B>, items: Items) -> Result<()> {
        self.guide(&mut batch);
        let subnets: Vec<_> = batch.pupils.iter().map(|p| Arc::clone(&p.architecture)).collect();
        let (count, position) = (batch.share.whole, batch.position);
        self.learner.lr_step();
        let mut output = self.gradients(batch);
        self.setup.ranks.check()?;
        let statistics = std::mem::take(&mut output.item.statistics);
        for statistics in &statistics {
            self.state.statistics.update(statistics, self.setup.options.norm_momentum);
        }
        self.iteration = position.iteration + 1;
        self.optimise(output.grads)?;
        self.settle();
        output.item.loss = self.setup.ranks.sum(output.item.loss)?;
        let loss = output.item.loss.clone();
        self.state.meter.add(&loss, count);
        let iteration = position.iteration;
        self.examine(Some(Observed { iteration, subnets, loss, statistics }))?;
        let epoch = self.iteration.div_ceil(self.setup.epoch_length) as usize;
        let item = TrainingItem::new(
            output.item,
            items,
            Items::new(epoch, self.setup.options.schedule.epochs.number()),
            Some(self.iteration as usize),
            Some(self.learner.lr_current()),
        );
        self.events.process_train(LearnerEvent::ProcessedItem(item));
        if self.iteration.is_multiple_of(self.setup.options.log_every as u64) {
            self.log()?;
        }
        Ok(())
    }

    /// Adds what the subnets learn from a teacher.
    fn guide(&self, batch: &mut TrainBatch<B>) {
        let options = &self.setup.options;
        let share = batch.position.iteration as f64 / self.setup.iterations() as f64;
        batch.guidance.weight = options.distillation.at(share);
        batch.guidance.is_in_place = options.sampling.distils_in_place();
        if let Some(teacher) = &self.setup.teacher {
            let images = batch.sample.images.clone().inner();
            let Prediction { coarse, fine } = teacher.predict(images, batch.sample.head);
            batch.guidance.teacher = Some(Prediction {
                coarse: Tensor::from_inner(coarse),
                fine: fine.map(Tensor::from_inner),
            });
        }
    }

    /// Looks at the loss of the iteration before `next`.
    pub fn examine(&mut self, next: Option<Observed<B::InnerBackend>>) -> Result<()> {
        if let Some(before) = std::mem::replace(&mut self.observed, next) {
            let subnets = ids(&before.subnets, &self.setup.spec);
            let loss = before.examine(&self.setup.spec)?;
            self.state.meter.note(loss, subnets);
        }
        Ok(())
    }

    /// The forward and the backward pass.
    fn gradients(&mut self, batch: TrainBatch<B>) -> TrainOutput<StepOutput<B::InnerBackend>> {
        if !self.is_settled {
            return self.learner.train_step(batch);
        }
        repeated::<B, _, _>(&self.setup.device, (&mut self.learner, batch), |(learner, batch)| {
            learner.train_step(batch)
        })
    }

    /// Frees what the first step alone needed, once everything that stays is allocated.
    fn settle(&mut self) {
        if !self.is_settled && self.accumulated == 0 {
            self.is_settled = true;
            B::memory_cleanup(&self.setup.device);
        }
    }

    /// Steps once enough gradients are summed.
    fn optimise(&mut self, gradients: GradientsParams) -> Result<()> {
        if self.setup.options.accumulation == 1 {
            return self.take_step(gradients);
        }
        self.accumulator.accumulate(&self.learner.model(), gradients);
        self.accumulated += 1;
        if self.accumulated == self.setup.options.accumulation {
            return self.optimise_rest();
        }
        Ok(())
    }

    /// Steps with the gradients that are summed so far.
    fn optimise_rest(&mut self) -> Result<()> {
        if self.accumulated == 0 {
            return Ok(());
        }
        self.accumulated = 0;
        let gradients = self.accumulator.grads();
        self.take_step(gradients)
    }

    /// Steps with the gradients of all ranks, which are limited before; the weights go into their average after.
    fn take_step(&mut self, gradients: GradientsParams) -> Result<()> {
        let ranks = &self.setup.ranks;
        let mut gradients = if ranks.are_one() {
            gradients
        } else {
            ranks.sum_gradients::<_, B>(&self.learner.model(), gradients)?
        };
        let options = &self.setup.options;
        let norm = match options.clip {
            Some(limit) => clip::clip::<_, B>(&self.learner.model(), &mut gradients, limit),
            // Read at lines of the metrics file only.
            None if self.iteration.is_multiple_of(options.log_every as u64) => {
                clip::norm::<_, B>(&self.learner.model(), &gradients)
            }
            None => None,
        };
        self.state.meter.set_norm(norm);
        self.learner.optimizer_step(gradients);
        if let Some(average) = &mut self.state.average {
            average.update(&self.learner.model().supernet.valid(), self.iteration);
        }
        Ok(())
    }

    /// The weights that are validated and left at the end: their average, or they themselves.
    pub fn result(&self) -> Supernet<B::InnerBackend> {
        match &self.state.average {
            Some(average) => average.supernet().clone(),
            None => self.learner.model().supernet.valid(),
        }
    }
}
