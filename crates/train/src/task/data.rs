//! Data of the tasks of a run, looked up by head.

use scalenas_data::SkippedImage;
use scalenas_space::Head;

use super::registry::{HeldOut, TrainingSet};

/// Data of one task.
#[derive(Clone)]
pub struct TaskData {
    /// Head that learns the task.
    pub head: Head,
    /// Training data, augmented.
    pub training: TrainingSet,
    /// Samples per batch.
    pub batch: usize,
    /// Held-out data; `None` where networks are not scored.
    pub held_out: Option<HeldOut>,
}

/// Data of all tasks of a run.
#[derive(Clone)]
pub struct Tasks(Vec<TaskData>);

impl Tasks {
    /// Tasks in the order of the heads of their space; their batches take turns in this order.
    pub fn new(tasks: Vec<TaskData>) -> Self {
        Self(tasks)
    }

    /// All tasks, in the order of the heads.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &TaskData> {
        self.0.iter()
    }

    /// The task of a head.
    pub fn get(&self, head: Head) -> Option<&TaskData> {
        self.iter().find(|task| task.head == head)
    }

    /// Iterations per epoch: batches of the tasks take turns until one task has nothing left.
    pub fn iterations(&self) -> usize {
        self.0.len() * self.turns()
    }

    /// Batches of each task per epoch.
    pub(crate) fn turns(&self) -> usize {
        let batches = self.iter().map(|task| task.training.samples() / task.batch);
        batches.min().unwrap_or(0)
    }

    /// Samples of an epoch of every task, in all.
    pub fn samples(&self) -> usize {
        self.iter().map(|task| task.training.samples()).sum()
    }

    /// Plural noun of the samples in messages, such as `people and pictures`.
    pub fn unit(&self) -> String {
        let units: Vec<&str> = self.iter().map(|task| task.training.unit()).collect();
        units.join(" and ")
    }

    /// Held-out samples of every task, in all.
    pub fn held_out_samples(&self) -> usize {
        self.iter().filter_map(|task| task.held_out.as_ref()).map(HeldOut::samples).sum()
    }

    /// Training pictures left out so far.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        self.iter().flat_map(|task| task.training.skipped()).collect()
    }
}
