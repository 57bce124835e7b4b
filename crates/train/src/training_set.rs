//! What a supernet learns from: the data of a task, in batches on the device.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_data::{BatchLoader, LoaderConfig, PoseDataset, SegmentationDataset, SkippedImage};

use crate::error::Result;
use crate::loss::PixelWeighing;
use crate::pictures::normalised;
use crate::target::Target;

/// Training data of a task.
#[derive(Debug, Clone)]
pub enum TrainingSet {
    /// Crops of people.
    Pose(Arc<PoseDataset>),
    /// Crops of labelled pictures.
    Segmentation {
        /// The pictures.
        dataset: Arc<SegmentationDataset>,
        /// What counts in the loss, and how much.
        weighing: Arc<PixelWeighing>,
    },
}

impl TrainingSet {
    /// Samples of an epoch.
    pub fn samples(&self) -> usize {
        match self {
            Self::Pose(dataset) => dataset.len(),
            Self::Segmentation { dataset, .. } => dataset.len(),
        }
    }

    /// What a sample is called in messages.
    pub fn unit(&self) -> &'static str {
        match self {
            Self::Pose(_) => "people",
            Self::Segmentation { .. } => "pictures",
        }
    }

    /// Pictures left out so far.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        match self {
            Self::Pose(dataset) => dataset.skipped(),
            Self::Segmentation { dataset, .. } => dataset.skipped(),
        }
    }

    /// Starts making batches.
    pub(crate) fn load(&self, config: LoaderConfig) -> Result<Batches> {
        Ok(match self {
            Self::Pose(dataset) => Batches::Pose(BatchLoader::new(Arc::clone(dataset), config)?),
            Self::Segmentation { dataset, weighing } => Batches::Segmentation {
                loader: BatchLoader::new(Arc::clone(dataset), config)?,
                weighing: Arc::clone(weighing),
            },
        })
    }
}

/// Batches of (a part of) an epoch.
pub(crate) enum Batches {
    Pose(BatchLoader<PoseDataset>),
    Segmentation { loader: BatchLoader<SegmentationDataset>, weighing: Arc<PixelWeighing> },
}

/// Normalised pictures `[batch, 3, height, width]` and what to predict from them.
pub(crate) type Sample<B> = (Tensor<B, 4>, Target<B>);

impl Batches {
    /// The next batch, brought to the device.
    pub fn next<B: Backend>(&mut self, device: &B::Device) -> Option<Result<Sample<B>>> {
        let sample = match self {
            Self::Pose(loader) => loader.next()?.map(|batch| {
                let images = normalised(&batch.images, batch.height, batch.width, device);
                (images, Target::heatmaps(&batch, device))
            }),
            Self::Segmentation { loader, weighing } => loader.next()?.map(|batch| {
                let images = normalised(&batch.images, batch.height, batch.width, device);
                (images, Target::classes(&batch, weighing, device))
            }),
        };
        Some(sample.map_err(Into::into))
    }

    /// Number within the epoch of the batch that comes next.
    pub fn iteration(&self) -> usize {
        match self {
            Self::Pose(loader) => loader.iteration(),
            Self::Segmentation { loader, .. } => loader.iteration(),
        }
    }
}
