//! Batches of the tasks of a run, in turn.
//!
//! Iteration `i` of an epoch of `n` tasks belongs to task `i mod n`; an epoch ends where a task has
//! nothing left. Batches whose pictures were all left out keep their numbers.

use scalenas_data::LoaderConfig;
use scalenas_kernels::KernelBackend;
use scalenas_space::Head;

use super::batch::Sample;
use crate::error::Result;
use crate::task::data::{TaskData, Tasks};
use crate::task::registry::TaskBatches;

/// Batches of (a part of) an epoch.
pub(crate) struct Turns {
    tasks: Vec<(Head, TaskBatches)>,
    /// The next iteration of the epoch.
    iteration: usize,
}

impl Turns {
    /// Starts the threads that make the batches of an epoch from iteration `config.start` on; each
    /// task has its own batch size.
    pub fn load(tasks: &Tasks, config: LoaderConfig) -> Result<Self> {
        let (count, turns) = (tasks.iter().len(), tasks.turns());
        let load = |(place, task): (usize, &TaskData)| {
            let start = config.start.saturating_sub(place).div_ceil(count);
            let limit = turns.saturating_sub(start);
            let config = LoaderConfig { batch: task.batch, start, limit, ..config };
            Ok((task.head, task.training.load(config)?))
        };
        let tasks = tasks.iter().enumerate().map(load).collect::<Result<_>>()?;
        Ok(Self { tasks, iteration: config.start })
    }

    /// The next batch, on the device.
    pub fn next<B: KernelBackend>(&mut self, device: &B::Device) -> Option<Result<Sample<B>>> {
        let count = self.tasks.len();
        // Batches that were left out count: the task that is behind has its turn.
        let turn = |&place: &usize| {
            self.tasks[place].1.iteration().saturating_mul(count).saturating_add(place)
        };
        let place = (0..count).min_by_key(turn)?;
        let (head, batches) = &mut self.tasks[place];
        let sample = batches.next(device)?;
        let done = batches.iteration().saturating_sub(1).saturating_mul(count);
        self.iteration = done.saturating_add(place + 1).max(self.iteration + 1);
        Some(sample.map(|(images, target)| Sample { head: *head, images, target }))
    }

    /// Number within the epoch of the iteration that comes next.
    pub fn iteration(&self) -> usize {
        self.iteration
    }
}
