//! Plan and outcome of a training run.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::folder::RunFolder;
use super::info::RunInfo;
use super::optimiser::schedule::{Decay, Schedule};
use super::options::ScheduleOptions;
use super::progress::{Display, Progress};
use super::ranks::Ranks;
use crate::error::{Error, Result};
use crate::task::data::Tasks;

/// Everything that a run needs.
pub struct TrainPlan {
    /// Folder of its files, with space and options.
    pub folder: RunFolder,
    /// Data of every head of the space.
    pub tasks: Tasks,
    /// Display during training.
    pub display: Display,
    /// Receiver of progress.
    pub progress: Arc<dyn Progress>,
    /// Set to stop after the current iteration, with a checkpoint.
    pub stop: Arc<AtomicBool>,
    /// Processes that train together with this one.
    pub ranks: Ranks,
}

/// End of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Iterations done in all.
    pub iterations: u64,
    /// Whether it was stopped before its end; it can be resumed.
    pub interrupted: bool,
    /// Mean loss of the last iterations.
    pub loss: f64,
    /// Seconds of this part of the run.
    pub seconds: f64,
}

/// Checks that there is data for every head, and enough for one iteration.
///
/// # Errors
/// If a head has no training data, or a data set is smaller than a batch.
pub fn check_data(info: &RunInfo, tasks: &Tasks) -> Result<()> {
    let serves = |&&head: &&_| tasks.get(head).is_some_and(|task| task.training.serves(head));
    let heads = info.space.heads.len();
    let found = info.space.heads.iter().filter(serves).count();
    if found != heads || tasks.iter().len() != heads {
        return Err(Error::Tasks { space: info.space.name.clone(), heads, found });
    }
    if tasks.iterations() > 0 {
        return Ok(());
    }
    Err(Error::TooFew {
        found: tasks.samples(),
        unit: tasks.unit(),
        data: info.leading().data.display().to_string(),
        batch: info.train.batch,
    })
}

/// Schedule of the learning rate in iterations.
pub(crate) fn schedule(options: &ScheduleOptions, epoch_length: u64) -> Schedule {
    let iterations = |epochs: usize| epochs as u64 * epoch_length;
    let all = iterations(options.epochs.number());
    let decay = match (options.poly, options.cosine) {
        (Some(power), _) => Decay::Poly { power, iterations: all },
        (None, Some(floor)) => Decay::Cosine { floor, iterations: all },
        (None, None) => Decay::Steps {
            factor: options.decay,
            milestones: options.milestones.iter().copied().map(iterations).collect(),
        },
    };
    Schedule::new(options.learning_rate, decay, options.warmup as u64)
}
