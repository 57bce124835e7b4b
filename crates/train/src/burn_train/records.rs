//! Records of a run in progress: metrics lines, validations, checkpoints.

use burn::data::dataloader::Progress as Items;
use burn::module::AutodiffModule;
use burn::optim::Optimizer;
use burn::tensor::backend::AutodiffBackend;
use burn_train::{EventProcessorTraining, LearnerEvent, TrainingItem};
use scalenas_kernels::KernelBackend;
use scalenas_model::{NamedParameters, Supernet, save_supernet};

use super::checkpointer;
use super::items::Scores;
use super::learner::TaskLearner;
use super::session::Session;
use crate::error::{Error, Result};
use crate::run::average::Average;
use crate::run::checkpoint::folder::Saved;
use crate::run::losses::best::Best;
use crate::run::losses::metrics::MetricsFile;
use crate::run::losses::record::{Record, TRAIN, VALIDATION};
use crate::run::progress::TrainStatus;

impl<B, O> Session<'_, B, O>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
    O: Optimizer<TaskLearner<B>, B> + 'static,
{
    /// Whether the options ask for a checkpoint since the last one.
    pub fn due(&self) -> bool {
        self.setup.options.checkpoints.every.is_some_and(|every| {
            let every = every.get() as u64;
            self.iteration / every > self.saved / every
        })
    }

    /// Refuses weights that are infinite or no numbers.
    fn check_weights(&self, supernet: &Supernet<B::InnerBackend>) -> Result<()> {
        let Some(layer) = supernet.first_not_finite() else { return Ok(()) };
        let architecture = self.state.meter.last_subnets().unwrap_or_default().to_owned();
        Err(Error::Diverged { iteration: self.iteration, architecture, layer, loss: f64::NAN })
    }

    /// Reads the loss off the device, checks it, and reports it to the metrics file and the display.
    pub fn log(&mut self) -> Result<()> {
        self.examine(None)?;
        let Some(reading) = self.state.meter.read() else { return Ok(()) };
        let Some(metrics) = &mut self.state.metrics else { return Ok(()) };
        let iteration = self.iteration;
        let options = &self.setup.options;
        let iterations = self.setup.iterations();
        let epoch = iteration.div_ceil(self.setup.epoch_length);
        let learning_rate = self.learner.lr_current();
        metrics.write(&Record {
            split: TRAIN.to_owned(),
            iteration,
            epoch,
            loss: Some(reading.loss),
            learning_rate: Some(learning_rate),
            images_per_second: Some(reading.images_per_second),
            gradient_norm: reading.gradient_norm,
            architecture: self.state.meter.last_subnets().map(str::to_owned),
            losses: reading.losses,
            drawn: reading.drawn,
            ..Record::default()
        })?;
        self.setup.progress.trained(&TrainStatus {
            epoch: epoch as usize,
            epochs: options.schedule.epochs.number(),
            iteration,
            iterations,
            loss: reading.loss,
            learning_rate,
            images_per_second: reading.images_per_second,
            remaining: reading.per_iteration * (iterations - iteration) as u32,
        });
        Ok(())
    }

    /// Validates the named subnets if the options ask for it after an epoch.
    pub fn validate(&mut self, epoch: usize) -> Result<()> {
        let options = &self.setup.options;
        let epochs = options.schedule.epochs.number();
        let every = options.validation.every;
        let due = every.is_some_and(|every| epoch == epochs || epoch.is_multiple_of(every.get()));
        let Some(validation) = self.setup.validation.as_ref().filter(|_| due) else {
            return Ok(());
        };
        self.examine(None)?;
        let supernet = self.result();
        let Some(metrics) = &mut self.state.metrics else { return Ok(()) };
        let scores = validation.run(&supernet, &self.setup.device)?;
        for score in &scores {
            let mut record = Record {
                split: VALIDATION.to_owned(),
                iteration: self.iteration,
                epoch: epoch as u64,
                architecture: Some(score.architecture.clone()),
                subnet: Some(score.name.clone()),
                ..Record::default()
            };
            record.set_grade(&score.grade);
            metrics.write(&record)?;
        }
        self.keep_best(&supernet)?;
        self.setup.progress.validated(epoch, &scores);
        let count = scores.len();
        let item = TrainingItem::new(
            Scores(scores),
            Items::new(count, count),
            Items::new(epoch, epochs),
            Some(self.iteration as usize),
            None,
        );
        self.events.process_valid(LearnerEvent::ProcessedItem(item));
        self.events.process_valid(LearnerEvent::EndEpoch(epoch));
        self.state.meter.restart();
        Ok(())
    }

    /// Writes the weights of the best validation so far, where the options may end the run with them.
    fn keep_best(&self, supernet: &Supernet<B::InnerBackend>) -> Result<()> {
        if self.setup.options.validation.patience.is_none() {
            return Ok(());
        }
        match self.best()? {
            Some(best) if best.since == 0 => {
                Ok(save_supernet(&self.setup.best, supernet, &self.state.statistics)?)
            }
            _ => Ok(()),
        }
    }

    /// Whether so many validations brought nothing better that the options end the run.
    pub fn is_patience_over(&self) -> Result<bool> {
        let Some(patience) = self.setup.options.validation.patience else { return Ok(false) };
        let is_over = self.best()?.is_some_and(|best| best.since >= patience.get());
        self.setup.ranks.hear(is_over)
    }

    /// The best validation so far; only the rank that validates knows it.
    fn best(&self) -> Result<Option<Best>> {
        let metrics = self.state.metrics.as_ref();
        Ok(metrics.map(MetricsFile::read).transpose()?.and_then(|lines| Best::of(&lines)))
    }

    /// Writes a checkpoint of the current iteration, unless there is one.
    pub fn save(&mut self) -> Result<()> {
        if self.saved == self.iteration {
            return Ok(());
        }
        // A run that went wrong must not replace what it can resume from.
        self.examine(None)?;
        if !self.setup.ranks.is_first() {
            self.saved = self.iteration;
            return Ok(());
        }
        let supernet = self.learner.model().supernet.valid();
        self.check_weights(&supernet)?;
        let (statistics, meter) = (&self.state.statistics, self.state.meter.record());
        let average = self.state.average.as_ref().map(Average::supernet);
        let state = Saved { supernet, average, statistics, meter };
        self.setup.checkpoints.save(self.iteration, state, |folder| {
            checkpointer::save(folder, self.iteration, &self.learner, &self.store)
        })?;
        self.saved = self.iteration;
        self.setup.progress.saved(self.iteration);
        Ok(())
    }
}
