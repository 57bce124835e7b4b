//! Training batches as a data loader of the framework: batches of the tasks in turn, each with the
//! subnets of its iteration.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use burn::data::dataloader::{DataLoader, DataLoaderIterator, Progress};
use burn::tensor::backend::Backend;
use scalenas_data::{BatchPart, LoaderConfig};
use scalenas_kernels::KernelBackend;
use scalenas_space::SpaceSpec;

use super::batch::{Position, Sample, TrainBatch};
use super::options::TrainOptions;
use super::turns::Turns;
use crate::error::Error;
use crate::task::data::Tasks;

/// First error of a loader, for its driver: the items of the iterator have no place for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoadError(Arc<Mutex<Option<Error>>>);

impl LoadError {
    pub fn set(&self, error: impl Into<Error>) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert(error.into());
    }

    pub fn take(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Batches of a run; every `iter` gives those left of the epoch of the current iteration.
#[derive(Clone)]
pub(crate) struct SupernetLoader<B: Backend> {
    tasks: Tasks,
    spec: SpaceSpec,
    options: TrainOptions,
    /// Part of every batch that is made.
    part: BatchPart,
    device: B::Device,
    /// The next iteration of the run.
    next: Arc<AtomicU64>,
    error: LoadError,
}

impl<B: KernelBackend> SupernetLoader<B> {
    pub fn new(
        tasks: Tasks,
        spec: &SpaceSpec,
        options: &TrainOptions,
        part: BatchPart,
        device: &B::Device,
        start: u64,
        error: LoadError,
    ) -> Self {
        Self {
            tasks,
            spec: spec.clone(),
            options: options.clone(),
            part,
            device: device.clone(),
            next: Arc::new(AtomicU64::new(start)),
            error,
        }
    }

    /// Iterations of an epoch.
    pub fn epoch_length(&self) -> u64 {
        self.tasks.iterations() as u64
    }
}

impl<B: KernelBackend> DataLoader<B, TrainBatch<B>> for SupernetLoader<B> {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<TrainBatch<B>> + 'a> {
        let iteration = self.next.load(Ordering::Relaxed);
        let (epoch, start) = (iteration / self.epoch_length(), iteration % self.epoch_length());
        let TrainOptions { batch, workers, seed, .. } = self.options;
        let config = LoaderConfig {
            start: start as usize,
            part: self.part,
            ..LoaderConfig::training(batch, workers, seed, epoch)
        };
        let batches = match Turns::load(&self.tasks, config) {
            Ok(batches) => Some(batches),
            Err(error) => {
                self.error.set(error);
                None
            }
        };
        Box::new(Epoch { loader: self, batches, number: epoch })
    }

    fn num_items(&self) -> usize {
        self.epoch_length() as usize * self.options.batch
    }

    fn to_device(&self, device: &B::Device) -> Arc<dyn DataLoader<B, TrainBatch<B>>> {
        Arc::new(Self { device: device.clone(), ..self.clone() })
    }

    fn slice(&self, _: usize, _: usize) -> Arc<dyn DataLoader<B, TrainBatch<B>>> {
        // Only the framework's multi-device strategies cut loaders up; ours reads the whole epoch.
        Arc::new(self.clone())
    }
}

/// Batches left of an epoch.
struct Epoch<'a, B: Backend> {
    loader: &'a SupernetLoader<B>,
    batches: Option<Turns>,
    number: u64,
}

impl<B: KernelBackend> Iterator for Epoch<'_, B> {
    type Item = TrainBatch<B>;

    fn next(&mut self) -> Option<Self::Item> {
        let SupernetLoader { spec, options, device, next, error: failure, .. } = self.loader;
        let batches = self.batches.as_mut()?;
        let sample = match batches.next(device) {
            Some(Ok(sample)) => sample,
            Some(Err(error)) => {
                failure.set(error);
                return None;
            }
            None => {
                // Past the batches that were left out at its end, too.
                next.store((self.number + 1) * self.loader.epoch_length(), Ordering::Relaxed);
                return None;
            }
        };
        // The loader counts batches that are left out, so that those behind keep their numbers.
        let done = self.number * self.loader.epoch_length() + batches.iteration() as u64;
        next.store(done, Ordering::Relaxed);
        let iteration = done - 1;
        let architectures = options.sampling.subnets(spec, options.seed, iteration);
        let position = Position { epoch: self.number, iteration };
        let sample = Sample { images: options.precision.convert(sample.images), ..sample };
        Some(TrainBatch::new(sample, spec, architectures, position))
    }
}

impl<B: KernelBackend> DataLoaderIterator<TrainBatch<B>> for Epoch<'_, B> {
    fn progress(&self) -> Progress {
        let length = self.loader.epoch_length();
        let done = self.loader.next.load(Ordering::Relaxed) - self.number * length;
        let batch = self.loader.options.batch;
        Progress { items_processed: done as usize * batch, items_total: self.loader.num_items() }
    }
}

/// A loader of nothing: validation is the strategy's own, see [`crate::validation`].
#[derive(Clone)]
pub(crate) struct NoBatches;

impl<B: Backend, O: Send + 'static> DataLoader<B, O> for NoBatches {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<O> + 'a> {
        Box::new(Empty(std::iter::empty()))
    }

    fn num_items(&self) -> usize {
        0
    }

    fn to_device(&self, _: &B::Device) -> Arc<dyn DataLoader<B, O>> {
        Arc::new(Self)
    }

    fn slice(&self, _: usize, _: usize) -> Arc<dyn DataLoader<B, O>> {
        Arc::new(Self)
    }
}

struct Empty<O>(std::iter::Empty<O>);

impl<O> Iterator for Empty<O> {
    type Item = O;

    fn next(&mut self) -> Option<O> {
        self.0.next()
    }
}

impl<O> DataLoaderIterator<O> for Empty<O> {
    fn progress(&self) -> Progress {
        Progress { items_processed: 0, items_total: 0 }
    }
}
