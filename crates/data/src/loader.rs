//! Batches made ahead of time by worker threads, in an order that threads cannot change.
//!
//! Invariants: at most [`LoaderConfig::in_flight`] batches exist at a time, being made or waiting
//! (besides the one handed out); batches and errors come in the order of the epoch; dropping the
//! loader ends its threads after at most one picture each.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use rand::seq::SliceRandom;
use scalenas_base::rng;

use crate::{Error, Result};

/// What batches are made from. A sample depends on (seed, epoch, index) alone, never on the batch
/// it is in or on the thread that makes it.
pub trait BatchSource: Send + Sync + 'static {
    /// What is made.
    type Batch: Samples;

    /// Samples of an epoch.
    fn samples(&self) -> usize;

    /// Makes a batch; gives up with `None` between two pictures once `stop` is set.
    ///
    /// # Errors
    /// When a picture is bad and bad pictures are not to be left out.
    fn make(&self, epoch: u64, indices: &[usize], stop: &AtomicBool)
    -> Result<Option<Self::Batch>>;
}

/// A batch that knows how much is in it.
pub trait Samples: Send + 'static {
    /// Samples in it; fewer than asked for when pictures were left out.
    fn samples(&self) -> usize;
}

/// In which order an epoch visits the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they are listed: evaluation.
    Listed,
    /// Shuffled anew each epoch, from this seed: training.
    Shuffled(u64),
}

/// What becomes of the samples that do not fill a last batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remainder {
    /// A smaller last batch.
    Keep,
    /// They wait for the next epoch.
    Drop,
}

/// How batches are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoaderConfig {
    /// Samples in a batch.
    pub batch: usize,
    /// The epoch, which decides about order and augmentation.
    pub epoch: u64,
    /// The first batch of the epoch to make; not 0 when a run resumes.
    pub start: usize,
    /// At most so many batches; `usize::MAX` for all.
    pub limit: usize,
    /// Order of the samples.
    pub order: Order,
    /// What becomes of a last, smaller batch.
    pub remainder: Remainder,
    /// Threads.
    pub workers: usize,
    /// Most batches being made or waiting.
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

    /// Batches of a whole epoch over so many samples.
    pub fn batches(&self, samples: usize) -> usize {
        match self.remainder {
            Remainder::Keep => samples.div_ceil(self.batch),
            Remainder::Drop => samples / self.batch,
        }
    }

    fn validate(&self) -> Result<()> {
        for (key, value) in
            [("batch", self.batch), ("workers", self.workers), ("in_flight", self.in_flight)]
        {
            if value == 0 {
                return Err(Error::Setting { key, value: "0".into(), accepted: "at least 1" });
            }
        }
        Ok(())
    }
}

/// Iterator over the batches of (a part of) an epoch. Ends after the first error. Batches whose
/// pictures were all skipped are left out.
pub struct BatchLoader<S: BatchSource> {
    shared: Arc<Shared<S>>,
    workers: Vec<JoinHandle<()>>,
    iteration: usize,
}

impl<S: BatchSource> BatchLoader<S> {
    /// Starts making batches.
    ///
    /// # Errors
    /// When the batch size, the thread count or the bound is 0.
    pub fn new(source: Arc<S>, config: LoaderConfig) -> Result<Self> {
        config.validate()?;
        let samples = source.samples();
        let end = config.batches(samples).min(config.start.saturating_add(config.limit));
        let order = order(&config, samples);
        let queue = Queue {
            taken: config.start,
            delivered: config.start,
            ready: BTreeMap::new(),
            panicked: false,
        };
        let shared = Arc::new(Shared {
            source,
            config,
            order,
            end,
            stop: AtomicBool::new(false),
            queue: Mutex::new(queue),
            changed: Condvar::new(),
        });
        let count = config.workers.min(end.saturating_sub(config.start));
        let worker = |_| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.work())
        };
        let workers = (0..count).map(worker).collect();
        Ok(Self { shared, workers, iteration: config.start })
    }

    /// Number within the epoch of the batch that comes next.
    pub fn iteration(&self) -> usize {
        self.iteration
    }

    /// The next batch in the epoch's order, empty or not.
    fn advance(&mut self) -> Option<Result<S::Batch>> {
        if self.iteration >= self.shared.end {
            return None;
        }
        let result = self.shared.receive(self.iteration);
        self.iteration = if result.is_ok() { self.iteration + 1 } else { usize::MAX };
        Some(result)
    }
}

impl<S: BatchSource> Iterator for BatchLoader<S> {
    type Item = Result<S::Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.advance()? {
                Ok(batch) if batch.samples() == 0 => {}
                result => return Some(result),
            }
        }
    }
}

impl<S: BatchSource> Drop for BatchLoader<S> {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        // Held while waking, so that no worker is between its check and its sleep.
        drop(self.shared.lock());
        self.shared.changed.notify_all();
        for worker in self.workers.drain(..) {
            // A panic was already raised in `receive`, or nobody waited for that batch.
            let _ = worker.join();
        }
    }
}

/// What workers and the consumer see.
struct Shared<S: BatchSource> {
    source: Arc<S>,
    config: LoaderConfig,
    order: Vec<usize>,
    end: usize,
    stop: AtomicBool,
    queue: Mutex<Queue<S::Batch>>,
    changed: Condvar,
}

struct Queue<T> {
    /// The next batch that a worker takes on.
    taken: usize,
    /// The next batch that the consumer gets.
    delivered: usize,
    ready: BTreeMap<usize, Result<T>>,
    panicked: bool,
}

impl<S: BatchSource> Shared<S> {
    fn work(&self) {
        let _guard = PanicGuard(self);
        while let Some(iteration) = self.take() {
            let first = iteration * self.config.batch;
            let last = (first + self.config.batch).min(self.order.len());
            let indices = &self.order[first..last];
            let made = self.source.make(self.config.epoch, indices, &self.stop);
            let Some(result) = made.transpose() else { return };
            self.lock().ready.insert(iteration, result);
            self.changed.notify_all();
        }
    }

    /// Waits until another batch may be made; `None` when none is left to make.
    fn take(&self) -> Option<usize> {
        let mut queue = self.lock();
        while queue.taken < self.end && !self.stop.load(Ordering::Relaxed) {
            if queue.taken < queue.delivered + self.config.in_flight {
                queue.taken += 1;
                return Some(queue.taken - 1);
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    /// Waits for a batch and makes room for another.
    fn receive(&self, iteration: usize) -> Result<S::Batch> {
        let mut queue = self.lock();
        loop {
            if let Some(result) = queue.ready.remove(&iteration) {
                queue.delivered = iteration + 1;
                drop(queue);
                self.changed.notify_all();
                return result;
            }
            assert!(!queue.panicked, "a thread that makes batches panicked");
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue<S::Batch>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the consumer when a worker dies, who would wait for its batch for ever.
struct PanicGuard<'a, S: BatchSource>(&'a Shared<S>);

impl<S: BatchSource> Drop for PanicGuard<'_, S> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.lock().panicked = true;
            self.0.changed.notify_all();
        }
    }
}

fn order(config: &LoaderConfig, samples: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..samples).collect();
    if let Order::Shuffled(seed) = config.order {
        order.shuffle(&mut rng::stream(seed, "shuffle", &[config.epoch]));
    }
    order
}
