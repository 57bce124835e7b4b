//! The iterator over the batches of an epoch.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::config::LoaderConfig;
use super::queue::Shared;
use super::source::{BatchSource, Samples};
use crate::pictures::SkippedImage;
use crate::{Error, Result};

/// Iterator over the batches of (a part of) an epoch. Ends after the first error. Batches whose
/// pictures were all skipped are left out; if all batches from the first on are, that is an error.
pub struct BatchLoader<S: BatchSource> {
    shared: Arc<Shared<S>>,
    workers: Vec<JoinHandle<()>>,
    iteration: usize,
    /// Whether every batch from the first of the epoch on was empty.
    is_empty: bool,
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
        let order = config.order(samples);
        let shared = Arc::new(Shared::new(source, config, order, end));
        let count = config.workers.min(end.saturating_sub(config.start));
        let worker = |_| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.work())
        };
        let workers = (0..count).map(worker).collect();
        let is_empty = config.start == 0 && end > 0;
        Ok(Self { shared, workers, iteration: config.start, is_empty })
    }

    /// Number within the epoch of the batch that comes next.
    pub fn iteration(&self) -> usize {
        self.iteration
    }

    /// The next batch in the epoch's order, empty or not.
    fn advance(&mut self) -> Option<Result<S::Batch>> {
        if self.iteration >= self.shared.end() {
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
            match self.advance() {
                Some(Ok(batch)) if batch.samples() == 0 => {}
                None if self.is_empty => {
                    self.is_empty = false;
                    return Some(Err(nothing_left(&self.shared.skipped())));
                }
                result => {
                    self.is_empty = false;
                    return result;
                }
            }
        }
    }
}

fn nothing_left(skipped: &[SkippedImage]) -> Error {
    let first = skipped.first();
    Error::NothingLeft {
        first: first.map_or_else(String::new, |image| image.path.display().to_string()),
        reason: first.map_or_else(String::new, |image| image.reason.clone()),
        count: skipped.len(),
    }
}

impl<S: BatchSource> Drop for BatchLoader<S> {
    fn drop(&mut self) {
        self.shared.stop();
        for worker in self.workers.drain(..) {
            // A panic was already raised in `receive`, or no consumer waited for that batch.
            let _ = worker.join();
        }
    }
}
