//! The training loop, as a strategy of burn-train.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use burn::data::dataloader::Progress as Items;
use burn::module::AutodiffModule;
use burn::optim::{GradientsAccumulator, GradientsParams, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use burn_train::metric::store::EventStoreClient;
use burn_train::{
    EventProcessorTraining, Learner, LearnerEvent, LearningComponentsMarker,
    SupervisedLearningStrategy, SupervisedTrainingEventProcessor, TrainLoader, TrainingComponents,
    TrainingItem, ValidLoader,
};
use scalenas_kernels::KernelBackend;
use scalenas_model::{Prediction, Statistics};
use scalenas_space::{Architecture, SpaceSpec};

use crate::burn_train::learner::{Scores, TaskLearner};
use crate::error::{Error, Result};
use crate::run::batch::TrainBatch;
use crate::run::checkpoint::{Checkpoints, Saved};
use crate::run::loader::Fault;
use crate::run::meter::Meter;
use crate::run::metrics::{MetricsFile, Record, TRAIN, VALIDATION};
use crate::run::optimiser::schedule::Schedule;
use crate::run::options::TrainOptions;
use crate::run::progress::{Progress, TrainStatus};
use crate::run::teacher::Teacher;
use crate::score::grade::Figure;
use crate::score::validation::Validation;

/// The types of a run, as burn-train bundles them.
pub(crate) type Components<B, O> = LearningComponentsMarker<B, Schedule, TaskLearner<B>, O>;

/// What the loop needs beside what burn-train hands it.
pub(crate) struct SupernetStrategy<B: AutodiffBackend> {
    pub spec: SpaceSpec,
    pub options: TrainOptions,
    pub device: B::Device,
    pub epoch_length: u64,
    /// Iteration to start with; above 0 there is a checkpoint of it.
    pub start: u64,
    pub checkpoints: Checkpoints,
    pub teacher: Option<Teacher<B::InnerBackend>>,
    pub validation: Option<Validation<B::InnerBackend>>,
    pub progress: Arc<dyn Progress>,
    pub stop: Arc<AtomicBool>,
    pub fault: Fault,
    /// What the run starts with; what is left of it at its end.
    pub state: Mutex<Option<State<B>>>,
    pub ended: Mutex<Option<Result<Ended<B>>>>,
}

/// What changes from iteration to iteration beside the learner.
pub(crate) struct State<B: AutodiffBackend> {
    pub statistics: Statistics<B::InnerBackend>,
    pub metrics: MetricsFile,
    pub meter: Meter<B::InnerBackend>,
}

/// How a run ended.
pub(crate) struct Ended<B: AutodiffBackend> {
    pub statistics: Statistics<B::InnerBackend>,
    pub iterations: u64,
    pub interrupted: bool,
    pub loss: f64,
}

impl<B, O> SupervisedLearningStrategy<Components<B, O>> for SupernetStrategy<B>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
    O: Optimizer<TaskLearner<B>, B> + 'static,
{
    fn fit(
        &self,
        components: TrainingComponents<Components<B, O>>,
        mut learner: Learner<Components<B, O>>,
        train: TrainLoader<Components<B, O>>,
        _: ValidLoader<Components<B, O>>,
        _: usize,
    ) -> (TaskLearner<B>, SupervisedTrainingEventProcessor<Components<B, O>>) {
        let restored = match self.start {
            0 => Ok(()),
            start => self.checkpoints.restore(start, &mut learner, &self.device),
        };
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut session = Session {
            plan: self,
            learner,
            state: state.expect("a strategy runs once"),
            events: components.event_processor,
            store: components.event_store,
            accumulator: GradientsAccumulator::new(),
            accumulated: 0,
            subnet: None,
            iteration: self.start,
            saved: self.start,
        };
        let result = restored.and_then(|()| session.run(&train));
        let Session { learner, state, events, iteration, .. } = session;
        let ended = result.map(|interrupted| Ended {
            statistics: state.statistics,
            iterations: iteration,
            interrupted,
            loss: state.meter.loss(),
        });
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        (learner.model(), events)
    }
}

struct Session<'a, B, O>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
    O: Optimizer<TaskLearner<B>, B> + 'static,
{
    plan: &'a SupernetStrategy<B>,
    learner: Learner<Components<B, O>>,
    state: State<B>,
    events: SupervisedTrainingEventProcessor<Components<B, O>>,
    store: Arc<EventStoreClient>,
    accumulator: GradientsAccumulator<TaskLearner<B>>,
    /// Batches in the accumulator.
    accumulated: usize,
    /// The last subnet trained.
    subnet: Option<Arc<Architecture>>,
    /// Iterations done, with those whose pictures were all left out.
    iteration: u64,
    /// Iteration of the newest checkpoint.
    saved: u64,
}

impl<B, O> Session<'_, B, O>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
    O: Optimizer<TaskLearner<B>, B> + 'static,
{
    /// Runs to the end or until stopped; tells whether it was stopped.
    ///
    /// A checkpoint at the end of an epoch comes after its validation: a run that continues from
    /// there has nothing of that epoch left to do.
    fn run(&mut self, train: &TrainLoader<Components<B, O>>) -> Result<bool> {
        let length = self.plan.epoch_length;
        let total = self.plan.options.epochs as u64 * length;
        while self.iteration < total {
            let epoch = self.iteration / length + 1;
            let stopped = self.epoch(train)?;
            if stopped && self.iteration < epoch * length {
                self.save()?;
                return Ok(true);
            }
            self.iteration = epoch * length;
            self.optimise_rest();
            self.events.process_train(LearnerEvent::EndEpoch(epoch as usize));
            self.validate(epoch as usize)?;
            let due = self.due() || self.plan.options.checkpoint_every == 0;
            if stopped || due || self.iteration == total {
                self.save()?;
            }
            if stopped {
                return Ok(self.iteration < total);
            }
        }
        Ok(false)
    }

    /// Trains what is left of an epoch; tells whether it was stopped.
    fn epoch(&mut self, train: &TrainLoader<Components<B, O>>) -> Result<bool> {
        let end = (self.iteration / self.plan.epoch_length + 1) * self.plan.epoch_length;
        let mut batches = train.iter();
        while let Some(batch) = batches.next() {
            self.step(batch, batches.progress())?;
            let stopped = self.plan.stop.load(Ordering::Relaxed);
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
        self.plan.fault.take().map_or(Ok(false), Err)
    }

    /// Whether the options ask for a checkpoint since the last one.
    fn due(&self) -> bool {
        let every = self.plan.options.checkpoint_every as u64;
        every > 0 && self.iteration / every > self.saved / every
    }

    fn step(&mut self, mut batch: TrainBatch<B>, items: Items) -> Result<()> {
        if let Some(teacher) = &self.plan.teacher {
            let images = batch.images.clone().inner();
            let Prediction { coarse, fine } = teacher.predict(images, &batch.plan.heads);
            batch.teacher = Some(Prediction {
                coarse: Tensor::from_inner(coarse),
                fine: fine.map(Tensor::from_inner),
            });
        }
        self.subnet = Some(Arc::clone(&batch.architecture));
        let (count, position) = (batch.images.dims()[0], batch.position);
        self.learner.lr_step();
        let mut output = self.learner.train_step(batch);
        let statistics = std::mem::take(&mut output.item.statistics);
        self.state.statistics.update(&statistics, self.plan.options.norm_momentum);
        self.optimise(output.grads);
        self.iteration = position.iteration + 1;
        self.state.meter.add(&output.item.loss, count);
        let epoch = self.iteration.div_ceil(self.plan.epoch_length) as usize;
        let item = TrainingItem::new(
            output.item,
            items,
            Items::new(epoch, self.plan.options.epochs),
            Some(self.iteration as usize),
            Some(self.learner.lr_current()),
        );
        self.events.process_train(LearnerEvent::ProcessedItem(item));
        if self.iteration.is_multiple_of(self.plan.options.log_every as u64) {
            self.log()?;
        }
        Ok(())
    }

    fn optimise(&mut self, gradients: GradientsParams) {
        if self.plan.options.accumulation == 1 {
            self.learner.optimizer_step(gradients);
            return;
        }
        self.accumulator.accumulate(&self.learner.model(), gradients);
        self.accumulated += 1;
        if self.accumulated == self.plan.options.accumulation {
            self.optimise_rest();
        }
    }

    /// Steps with the gradients that wait for others.
    fn optimise_rest(&mut self) {
        if self.accumulated > 0 {
            self.accumulated = 0;
            let gradients = self.accumulator.grads();
            self.learner.optimizer_step(gradients);
        }
    }

    /// Refuses a loss that is not a number.
    fn check(&self, loss: f64) -> Result<()> {
        if loss.is_finite() {
            return Ok(());
        }
        let architecture = self.subnet_id().unwrap_or_default();
        Err(Error::Diverged { iteration: self.iteration, architecture, loss })
    }

    fn subnet_id(&self) -> Option<String> {
        self.subnet.as_ref().map(|subnet| subnet.id(&self.plan.spec))
    }

    /// Reads the loss off the device, checks it and tells everybody.
    fn log(&mut self) -> Result<()> {
        let Some(reading) = self.state.meter.read() else { return Ok(()) };
        self.check(reading.loss)?;
        let iteration = self.iteration;
        let options = &self.plan.options;
        let iterations = options.epochs as u64 * self.plan.epoch_length;
        let epoch = iteration.div_ceil(self.plan.epoch_length);
        let learning_rate = self.learner.lr_current();
        self.state.metrics.write(&Record {
            split: TRAIN.to_owned(),
            iteration,
            epoch,
            loss: Some(reading.loss),
            learning_rate: Some(learning_rate),
            images_per_second: Some(reading.images_per_second),
            architecture: self.subnet_id(),
            ..Record::default()
        })?;
        self.plan.progress.trained(&TrainStatus {
            epoch: epoch as usize,
            epochs: options.epochs,
            iteration,
            iterations,
            loss: reading.loss,
            learning_rate,
            images_per_second: reading.images_per_second,
            remaining: reading.per_iteration * (iterations - iteration) as u32,
        });
        Ok(())
    }

    fn validate(&mut self, epoch: usize) -> Result<()> {
        let options = &self.plan.options;
        let last = epoch == options.epochs;
        let due =
            options.validate_every > 0 && (last || epoch.is_multiple_of(options.validate_every));
        let Some(validation) = self.plan.validation.as_ref().filter(|_| due) else {
            return Ok(());
        };
        let supernet = self.learner.model().supernet.valid();
        let scores = validation.run(&supernet, &self.plan.device)?;
        for score in &scores {
            let value = |figure| (score.grade.figure() == figure).then(|| score.grade.value());
            self.state.metrics.write(&Record {
                split: VALIDATION.to_owned(),
                iteration: self.iteration,
                epoch: epoch as u64,
                architecture: Some(score.architecture.clone()),
                subnet: Some(score.name.clone()),
                ap: value(Figure::AveragePrecision),
                mean_iou: value(Figure::MeanIou),
                ..Record::default()
            })?;
        }
        self.plan.progress.validated(epoch, &scores);
        let count = scores.len();
        let item = TrainingItem::new(
            Scores(scores),
            Items::new(count, count),
            Items::new(epoch, options.epochs),
            Some(self.iteration as usize),
            None,
        );
        self.events.process_valid(LearnerEvent::ProcessedItem(item));
        self.events.process_valid(LearnerEvent::EndEpoch(epoch));
        self.state.meter.restart();
        Ok(())
    }

    fn save(&mut self) -> Result<()> {
        if self.saved == self.iteration {
            return Ok(());
        }
        let meter = self.state.meter.record();
        // A run that went wrong between two readings must not replace what it can resume from.
        self.check(meter.sum)?;
        let supernet = self.learner.model().supernet;
        let state = Saved { statistics: &self.state.statistics, meter };
        let checkpoints = &self.plan.checkpoints;
        checkpoints.save(self.iteration, &self.learner, &supernet, state, &self.store)?;
        self.saved = self.iteration;
        self.plan.progress.saved(self.iteration);
        Ok(())
    }
}
