//! Settings of a loader.

use rand::seq::SliceRandom;
use scalenas_base::rng;

use crate::{Error, Result};

/// Order in which an epoch visits the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The listed order: evaluation.
    Listed,
    /// Shuffled anew each epoch, from this seed: training.
    Shuffled(u64),
}

/// Treatment of samples that do not fill a last batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remainder {
    /// A smaller last batch.
    Keep,
    /// Left out until the next epoch.
    Drop,
}

/// Part of every batch that a loader makes: one of equal parts, as far as they can be equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchPart {
    /// Number of the part, from 0.
    pub index: usize,
    /// Number of parts.
    pub count: usize,
}

impl BatchPart {
    /// The whole batch.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// Samples of this part.
    pub(super) fn of<'a>(&self, samples: &'a [usize]) -> &'a [usize] {
        let place = |index| index * samples.len() / self.count;
        &samples[place(self.index)..place(self.index + 1)]
    }
}

/// Number, order and threads of the batches of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoaderConfig {
    /// Samples per batch.
    pub batch: usize,
    /// Epoch, from which order and augmentation follow.
    pub epoch: u64,
    /// First batch of the epoch; above 0 when a run resumes.
    pub start: usize,
    /// Maximum number of batches; `usize::MAX` for all.
    pub limit: usize,
    /// Part of every batch that is made.
    pub part: BatchPart,
    /// Order of the samples.
    pub order: Order,
    /// Treatment of a last, smaller batch.
    pub remainder: Remainder,
    /// Number of threads.
    pub workers: usize,
    /// Maximum number of batches being made or waiting.
    pub in_flight: usize,
}

impl LoaderConfig {
    /// All samples in the listed order, for evaluation.
    pub fn evaluation(batch: usize, workers: usize) -> Self {
        Self {
            batch,
            epoch: 0,
            start: 0,
            limit: usize::MAX,
            part: BatchPart::WHOLE,
            order: Order::Listed,
            remainder: Remainder::Keep,
            workers,
            in_flight: workers + 1,
        }
    }

    /// A shuffled epoch of whole batches, for training.
    pub fn training(batch: usize, workers: usize, seed: u64, epoch: u64) -> Self {
        let order = Order::Shuffled(seed);
        Self { epoch, order, remainder: Remainder::Drop, ..Self::evaluation(batch, workers) }
    }

    /// Number of batches in a whole epoch over `samples` samples.
    pub fn batches(&self, samples: usize) -> usize {
        match self.remainder {
            Remainder::Keep => samples.div_ceil(self.batch),
            Remainder::Drop => samples / self.batch,
        }
    }

    pub(super) fn validate(&self) -> Result<()> {
        for (key, value) in
            [("batch", self.batch), ("workers", self.workers), ("in_flight", self.in_flight)]
        {
            if value == 0 {
                return Err(Error::Setting { key, value: "0".into(), accepted: "at least 1" });
            }
        }
        Ok(())
    }

    /// Samples in the order of the epoch.
    pub(super) fn order(&self, samples: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..samples).collect();
        if let Order::Shuffled(seed) = self.order {
            order.shuffle(&mut rng::stream(seed, "shuffle", &[self.epoch]));
        }
        order
    }
}
