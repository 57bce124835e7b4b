//! The queue between worker threads and the consumer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::config::LoaderConfig;
use super::source::BatchSource;
use crate::Result;
use crate::pictures::SkippedImage;

/// State that workers and the consumer share.
pub(super) struct Shared<S: BatchSource> {
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
    /// Batches from `config.start` to `end` over the samples in `order`.
    pub fn new(source: Arc<S>, config: LoaderConfig, order: Vec<usize>, end: usize) -> Self {
        let queue = Queue {
            taken: config.start,
            delivered: config.start,
            ready: BTreeMap::new(),
            panicked: false,
        };
        let (stop, queue) = (AtomicBool::new(false), Mutex::new(queue));
        Self { source, config, order, end, stop, queue, changed: Condvar::new() }
    }

    /// Pictures left out so far.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        self.source.skipped()
    }

    /// Number of the batch behind the last one.
    pub fn end(&self) -> usize {
        self.end
    }

    /// Ends the workers after the picture at hand.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        // Held while waking, so that no worker is between its check and its sleep.
        drop(self.lock());
        self.changed.notify_all();
    }

    /// Makes batches until none is left or the loader stops.
    pub fn work(&self) {
        let _guard = PanicGuard(self);
        while let Some(iteration) = self.take() {
            let first = iteration * self.config.batch;
            let last = (first + self.config.batch).min(self.order.len());
            let indices = self.config.part.of(&self.order[first..last]);
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
    pub fn receive(&self, iteration: usize) -> Result<S::Batch> {
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

/// Tells the consumer that a worker panicked; it would wait for the batch for ever.
struct PanicGuard<'a, S: BatchSource>(&'a Shared<S>);

impl<S: BatchSource> Drop for PanicGuard<'_, S> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.lock().panicked = true;
            self.0.changed.notify_all();
        }
    }
}
