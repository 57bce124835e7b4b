//! Inputs and state of the loop beside those of burn-train.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use burn::tensor::backend::AutodiffBackend;
use burn_train::LearningComponentsMarker;
use scalenas_model::Statistics;
use scalenas_space::SpaceSpec;

use super::learner::TaskLearner;
use crate::run::average::Average;
use crate::run::checkpoint::folder::Checkpoints;
use crate::run::loader::LoadError;
use crate::run::losses::meter::Meter;
use crate::run::losses::metrics::MetricsFile;
use crate::run::optimiser::schedule::Schedule;
use crate::run::options::TrainOptions;
use crate::run::progress::Progress;
use crate::run::ranks::Ranks;
use crate::run::teacher::Teacher;
use crate::score::validation::Validation;

/// Types of a run, as burn-train bundles them.
pub(super) type Components<B, O> = LearningComponentsMarker<B, Schedule, TaskLearner<B>, O>;

/// Inputs of the loop.
pub(super) struct Setup<B: AutodiffBackend> {
    pub spec: SpaceSpec,
    pub options: TrainOptions,
    pub device: B::Device,
    /// Iterations per epoch.
    pub epoch_length: u64,
    /// Iteration to start with; above 0 there is a checkpoint of it.
    pub start: u64,
    pub checkpoints: Checkpoints,
    /// File of the weights of the best validation so far.
    pub best: PathBuf,
    pub teacher: Option<Teacher<B::InnerBackend>>,
    pub validation: Option<Validation<B::InnerBackend>>,
    pub progress: Arc<dyn Progress>,
    /// Set to stop after the current iteration.
    pub stop: Arc<AtomicBool>,
    /// Processes that train together with this one.
    pub ranks: Ranks,
    /// Error of the loader of training batches.
    pub loader_error: LoadError,
}

impl<B: AutodiffBackend> Setup<B> {
    /// Iterations of the run.
    pub fn iterations(&self) -> u64 {
        self.options.schedule.epochs.number() as u64 * self.epoch_length
    }
}

/// State that changes from iteration to iteration beside the learner.
pub(super) struct State<B: AutodiffBackend> {
    pub statistics: Statistics<B::InnerBackend>,
    /// Of the rank that writes files.
    pub metrics: Option<MetricsFile>,
    pub meter: Meter<B::InnerBackend>,
    /// Average of the weights, where the options ask for one.
    pub average: Option<Average<B::InnerBackend>>,
}
