//! Progress of runs, for displays.

use std::time::Duration;

use crate::score::grade::SubnetScore;

/// State of a training run after an iteration.
#[derive(Debug, Clone)]
pub struct TrainStatus {
    /// Epoch from 1.
    pub epoch: usize,
    /// Epochs in all.
    pub epochs: usize,
    /// Iterations done, of the whole run.
    pub iteration: u64,
    /// Iterations in all.
    pub iterations: u64,
    /// Mean loss since the last status.
    pub loss: f64,
    /// Learning rate.
    pub learning_rate: f64,
    /// Pictures per second since the last status.
    pub images_per_second: f64,
    /// Remaining time at the present speed.
    pub remaining: Duration,
}

/// Receives the progress of a run; the default methods ignore it.
pub trait Progress: Send + Sync {
    /// Some iterations were trained.
    fn trained(&self, _status: &TrainStatus) {}
    /// Named subnets were validated after `epoch` epochs.
    fn validated(&self, _epoch: usize, _scores: &[SubnetScore]) {}
    /// A checkpoint is on disk.
    fn saved(&self, _iteration: u64) {}
    /// `done` of `all` samples were predicted.
    fn evaluated(&self, _done: usize, _all: usize) {}
}

/// Receiver that ignores all progress.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}

/// Display during training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// burn-train's dashboard over the whole terminal.
    Dashboard,
    /// Only that of the [`Progress`].
    Plain,
}
