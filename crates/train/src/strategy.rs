//! The training loop, as a strategy of burn-train.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use burn::data::dataloader::Progress as Items;
use burn::module::AutodiffModule;
use burn::optim::{GradientsAccumulator, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use burn_train::metric::store::EventStoreClient;
use burn_train::{
    EventProcessorTraining, Learner, LearnerEvent, LearningComponentsMarker,
    SupervisedLearningStrategy, SupervisedTrainingEventProcessor, TrainLoader, TrainingComponents,
    TrainingItem, ValidLoader,
};
use scalenas_kernels::KernelBackend;
use scalenas_model::Statistics;
use scalenas_space::SpaceSpec;

use crate::batch::TrainBatch;
use crate::checkpoint::Checkpoints;
use crate::distill::Teacher;
use crate::error::{Error, Result};
use crate::learner::{PoseLearner, ScalarF64, Scores};
use crate::loader::Fault;
use crate::metrics::{MetricsFile, Record, TRAIN, VALIDATION};
use crate::options::TrainOptions;
use crate::progress::{Progress, TrainStatus};
use crate::schedule::Schedule;
use crate::validation::Validation;

/// The types of a run, as burn-train bundles them.
pub(crate) type Components<B, O> = LearningComponentsMarker<B, Schedule, PoseLearner<B>, O>;

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
    /// Statistics at the start, metrics file; what is left of a run at its end.
    pub state: Mutex<Option<State<B>>>,
    pub ended: Mutex<Option<Result<Ended<B>>>>,
}

/// What changes from iteration to iteration beside the learner.
pub(crate) struct State<B: AutodiffBackend> {
    pub statistics: Statistics<B::InnerBackend>,
    pub metrics: MetricsFile,
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
    O: Optimizer<PoseLearner<B>, B> + 'static,
{
    fn fit(
        &self,
        components: TrainingComponents<Components<B, O>>,
        mut learner: Learner<Components<B, O>>,
        train: TrainLoader<Components<B, O>>,
        _: ValidLoader<Components<B, O>>,
        _: usize,
    ) -> (PoseLearner<B>, SupervisedTrainingEventProcessor<Components<B, O>>) {
        if self.start > 0 {
            learner = self.checkpoints.restore(self.start, learner, &self.device);
        }
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut session = Session {
            plan: self,
            learner,
            state: state.expect("a strategy runs once"),
            events: components.event_processor,
            store: components.event_store,
            accumulator: GradientsAccumulator::new(),
            meter: Meter::new(),
            iteration: self.start,
            saved: self.start,
        };
        let result = session.run(&train);
        let Session { learner, state, events, iteration, meter, .. } = session;
        let ended = result.map(|interrupted| Ended {
            statistics: state.statistics,
            iterations: iteration,
            interrupted,
            loss: meter.last,
        });
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        (learner.model(), events)
    }
}

struct Session<'a, B, O>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
    O: Optimizer<PoseLearner<B>, B> + 'static,
{
    plan: &'a SupernetStrategy<B>,
    learner: Learner<Components<B, O>>,
    state: State<B>,
    events: SupervisedTrainingEventProcessor<Components<B, O>>,
    store: Arc<EventStoreClient>,
    accumulator: GradientsAccumulator<PoseLearner<B>>,
    meter: Meter<B::InnerBackend>,
    /// Iterations done.
    iteration: u64,
    /// Iteration of the newest checkpoint.
    saved: u64,
}

impl<B, O> Session<'_, B, O>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
    O: Optimizer<PoseLearner<B>, B> + 'static,
{
    /// Runs to the end or until stopped; tells whether it was stopped.
    fn run(&mut self, train: &TrainLoader<Components<B, O>>) -> Result<bool> {
        let total = self.plan.options.epochs as u64 * self.plan.epoch_length;
        while self.iteration < total {
            if self.epoch(train)? {
                self.save()?;
                return Ok(true);
            }
            let epoch = (self.iteration / self.plan.epoch_length) as usize;
            self.events.process_train(LearnerEvent::EndEpoch(epoch));
            self.validate(epoch)?;
            if self.plan.options.checkpoint_every == 0 || self.iteration == total {
                self.save()?;
            }
        }
        Ok(false)
    }

    /// Trains what is left of an epoch; tells whether it was stopped.
    fn epoch(&mut self, train: &TrainLoader<Components<B, O>>) -> Result<bool> {
        let mut batches = train.iter();
        while let Some(batch) = batches.next() {
            self.step(batch, batches.progress())?;
            let every = self.plan.options.checkpoint_every as u64;
            if every > 0 && self.iteration.is_multiple_of(every) {
                self.save()?;
            }
            if self.plan.stop.load(Ordering::Relaxed) {
                return Ok(true);
            }
        }
        self.plan.fault.take().map_or(Ok(false), Err)
    }

    fn step(&mut self, mut batch: TrainBatch<B>, items: Items) -> Result<()> {
        if let Some(teacher) = &self.plan.teacher {
            let heatmaps = teacher.heatmaps(batch.images.clone().inner());
            batch.teacher = Some(Tensor::from_inner(heatmaps));
        }
        let architecture = Arc::clone(&batch.architecture);
        let count = batch.images.dims()[0];
        self.learner.lr_step();
        let mut output = self.learner.train_step(batch);
        let statistics = std::mem::take(&mut output.item.statistics);
        self.state.statistics.update(&statistics, self.plan.options.norm_momentum);
        self.optimise(output.grads);
        self.iteration += 1;
        self.meter.add(&output.item.loss, count);
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
            self.log(architecture.id(&self.plan.spec))?;
        }
        Ok(())
    }

    fn optimise(&mut self, gradients: burn::optim::GradientsParams) {
        let accumulation = self.plan.options.accumulation as u64;
        if accumulation == 1 {
            self.learner.optimizer_step(gradients);
            return;
        }
        self.accumulator.accumulate(&self.learner.model(), gradients);
        if (self.iteration + 1).is_multiple_of(accumulation) {
            let gradients = self.accumulator.grads();
            self.learner.optimizer_step(gradients);
        }
    }

    /// Reads the loss off the device, checks it and tells everybody.
    fn log(&mut self, architecture: String) -> Result<()> {
        let Some(reading) = self.meter.read() else { return Ok(()) };
        let iteration = self.iteration;
        if !reading.loss.is_finite() {
            return Err(Error::Diverged { iteration, architecture, loss: reading.loss });
        }
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
            architecture: Some(architecture),
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
            self.state.metrics.write(&Record {
                split: VALIDATION.to_owned(),
                iteration: self.iteration,
                epoch: epoch as u64,
                architecture: Some(score.architecture.clone()),
                subnet: Some(score.name.clone()),
                ap: Some(score.stats.ap),
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
        self.meter.restart();
        Ok(())
    }

    fn save(&mut self) -> Result<()> {
        if self.saved == self.iteration {
            return Ok(());
        }
        let supernet = self.learner.model().supernet;
        let statistics = &self.state.statistics;
        let checkpoints = &self.plan.checkpoints;
        checkpoints.save(self.iteration, &self.learner, &supernet, statistics, &self.store)?;
        self.saved = self.iteration;
        self.plan.progress.saved(self.iteration);
        Ok(())
    }
}

/// Loss and speed since the last reading. Losses are summed on the device: reading each would
/// stall a GPU.
struct Meter<B: burn::tensor::backend::Backend> {
    sum: Option<Tensor<B, 1>>,
    iterations: u32,
    images: usize,
    since: Instant,
    /// The last mean loss read.
    last: f64,
}

struct Reading {
    loss: f64,
    images_per_second: f64,
    per_iteration: Duration,
}

impl<B: burn::tensor::backend::Backend> Meter<B> {
    fn new() -> Self {
        Self { sum: None, iterations: 0, images: 0, since: Instant::now(), last: f64::NAN }
    }

    fn add(&mut self, loss: &Tensor<B, 1>, images: usize) {
        let loss = loss.clone();
        self.sum = Some(match self.sum.take() {
            Some(sum) => sum + loss,
            None => loss,
        });
        self.iterations += 1;
        self.images += images;
    }

    fn read(&mut self) -> Option<Reading> {
        let sum = self.sum.take()?.into_scalar_f64();
        let elapsed = self.since.elapsed();
        self.last = sum / f64::from(self.iterations);
        let reading = Reading {
            loss: self.last,
            images_per_second: self.images as f64 / elapsed.as_secs_f64(),
            per_iteration: elapsed / self.iterations,
        };
        self.restart();
        Some(reading)
    }

    /// Leaves what was not read for the next reading, but not the time spent elsewhere.
    fn restart(&mut self) {
        self.since = Instant::now();
        if self.sum.is_none() {
            (self.iterations, self.images) = (0, 0);
        }
    }
}
