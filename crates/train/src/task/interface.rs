//! Interface of a task: all that the loop, checkpoints, calibration, search and report know of one.
//!
//! Every room implements these traits; `registry` dispatches to the rooms.

use std::fmt::Debug;
use std::sync::Arc;

use burn::tensor::Tensor;
use scalenas_data::{BatchLoader, BatchSource, LoaderConfig, SkippedImage};
use scalenas_kernels::KernelBackend;
use scalenas_model::Prediction;

use crate::error::Result;
use crate::score::grade::{Figure, Grade};
use crate::score::network::Network;

/// Data that networks learn a task from.
pub trait TrainingData: Clone + Debug + Send + Sync + 'static {
    /// Maker of batches.
    type Source: BatchSource;
    /// Targets of a batch.
    type Target<B: KernelBackend>: Target<B>;

    /// Plural noun of the samples in messages.
    const UNIT: &'static str;

    /// Maker of batches.
    fn source(&self) -> &Arc<Self::Source>;

    /// Pictures left out so far.
    fn skipped(&self) -> Vec<SkippedImage>;

    /// Brings a batch to the device: normalised pictures `[batch, 3, height, width]` and targets.
    fn sample<B: KernelBackend>(
        &self,
        batch: &<Self::Source as BatchSource>::Batch,
        device: &B::Device,
    ) -> (Tensor<B, 4>, Self::Target<B>);
}

/// Targets of a batch, on the device.
pub trait Target<B: KernelBackend>: Clone + Debug + Send {
    /// Loss of a prediction; `[1]`.
    fn loss(self, prediction: Prediction<B>) -> Tensor<B, 1>;
}

/// Held-out data of a task with the way to score networks on it.
pub trait HeldOutData: Clone {
    /// Figure that networks are ranked by.
    const FIGURE: Figure;

    /// Samples to predict.
    fn samples(&self) -> usize;

    /// Pictures left out so far.
    fn skipped(&self) -> Vec<SkippedImage>;

    /// One in `parts` of the pictures, spread over all of them; `None` where it has no samples.
    fn part(&self, parts: usize) -> Option<Self>;

    /// Predicts all samples and scores the predictions.
    ///
    /// # Errors
    /// If a picture cannot be read or the predictions do not fit the ground truth.
    fn grade<B: KernelBackend>(&self, net: &impl Network<B>, device: &B::Device) -> Result<Grade>;

    /// Predicts all samples and scores the predictions on resampled sets of pictures: the ranking figure of every set,
    /// which is the same set for every network.
    ///
    /// # Errors
    /// Those of [`HeldOutData::grade`].
    fn resampled<B: KernelBackend>(
        &self,
        net: &impl Network<B>,
        device: &B::Device,
    ) -> Result<Vec<f64>>;
}

/// Normalised pictures `[batch, 3, height, width]` with their targets.
type Sample<B, D> = (Tensor<B, 4>, <D as TrainingData>::Target<B>);

/// Batches of (a part of) an epoch of one task.
pub(crate) struct Batches<D: TrainingData> {
    data: D,
    loader: BatchLoader<D::Source>,
}

impl<D: TrainingData> Batches<D> {
    /// Starts the threads that make batches.
    pub fn load(data: &D, config: LoaderConfig) -> Result<Self> {
        let loader = BatchLoader::new(Arc::clone(data.source()), config)?;
        Ok(Self { data: data.clone(), loader })
    }

    /// The next batch, on the device.
    pub fn next<B: KernelBackend>(&mut self, device: &B::Device) -> Option<Result<Sample<B, D>>> {
        let batch = self.loader.next()?;
        Some(batch.map(|batch| self.data.sample(&batch, device)).map_err(Into::into))
    }

    /// Number within the epoch of the batch that comes next, with batches that were left out.
    pub fn iteration(&self) -> usize {
        self.loader.iteration()
    }
}
