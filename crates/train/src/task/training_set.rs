//! What a supernet learns from: the data of a task, in batches on the device.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_data::scenes::SceneDataset;
use scalenas_data::{BatchLoader, LoaderConfig, PoseDataset, SegmentationDataset, SkippedImage};

use scalenas_space::{Head, SpaceSpec};

use crate::error::Result;
use crate::score::pictures::normalised;
use crate::task::segmentation::loss::PixelWeighing;
use crate::task::target::Target;

/// Training data of a task.
#[derive(Debug, Clone)]
pub enum TrainingSet {
    /// Crops of people.
    Pose(Arc<PoseDataset>),
    /// Whole pictures of people.
    People(Arc<SceneDataset>),
    /// Crops of labelled pictures.
    Segmentation {
        /// The pictures.
        dataset: Arc<SegmentationDataset>,
        /// What counts in the loss, and how much.
        weighing: Arc<PixelWeighing>,
    },
    /// Batches of two tasks in turn.
    Multitask {
        /// Crops of people.
        people: Arc<PoseDataset>,
        /// Labelled pictures.
        pictures: Arc<SegmentationDataset>,
        /// What counts in the loss of pixels, and how much.
        weighing: Arc<PixelWeighing>,
        /// Pictures in a batch.
        batch: usize,
    },
}

impl TrainingSet {
    /// The data of each task.
    pub fn parts(&self) -> Vec<Self> {
        match self {
            Self::Multitask { people, pictures, weighing, .. } => {
                let (dataset, weighing) = (Arc::clone(pictures), Arc::clone(weighing));
                vec![Self::Pose(Arc::clone(people)), Self::Segmentation { dataset, weighing }]
            }
            one => vec![one.clone()],
        }
    }

    /// Heads of a space that learn from it.
    pub(crate) fn heads(&self, spec: &SpaceSpec) -> Vec<Head> {
        let wanted = |head: &Head| {
            matches!(
                (self, head),
                (Self::Pose(_), Head::TopDown { .. })
                    | (Self::People(_), Head::BottomUp { .. })
                    | (Self::Segmentation { .. }, Head::Segmentation { .. })
            )
        };
        match spec.heads.iter().copied().find(wanted) {
            Some(head) => vec![head],
            None => spec.heads.clone(),
        }
    }

    /// Iterations of an epoch with so many samples in a batch; two tasks take turns until one has
    /// nothing left.
    pub fn iterations(&self, batch: usize) -> usize {
        match self {
            Self::Multitask { people, pictures, batch: other, .. } => {
                2 * (people.len() / batch).min(pictures.len() / other)
            }
            one => one.samples() / batch,
        }
    }

    /// Samples of an epoch.
    pub fn samples(&self) -> usize {
        match self {
            Self::Pose(dataset) => dataset.len(),
            Self::People(dataset) => dataset.scenes().len(),
            Self::Segmentation { dataset, .. } => dataset.len(),
            Self::Multitask { people, pictures, .. } => people.len() + pictures.len(),
        }
    }

    /// What a sample is called in messages.
    pub fn unit(&self) -> &'static str {
        match self {
            Self::Pose(_) => "people",
            Self::People(_) | Self::Segmentation { .. } => "pictures",
            Self::Multitask { .. } => "people and pictures",
        }
    }

    /// Pictures left out so far.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        match self {
            Self::Pose(dataset) => dataset.skipped(),
            Self::People(dataset) => dataset.scenes().skipped(),
            Self::Segmentation { dataset, .. } => dataset.skipped(),
            Self::Multitask { people, pictures, .. } => {
                people.skipped().into_iter().chain(pictures.skipped()).collect()
            }
        }
    }

    /// Starts making batches.
    pub(crate) fn load(&self, config: LoaderConfig) -> Result<Batches> {
        Ok(match self {
            Self::Pose(dataset) => Batches::Pose(BatchLoader::new(Arc::clone(dataset), config)?),
            Self::People(dataset) => {
                Batches::People(BatchLoader::new(Arc::clone(dataset), config)?)
            }
            Self::Segmentation { dataset, weighing } => Batches::Segmentation {
                loader: BatchLoader::new(Arc::clone(dataset), config)?,
                weighing: Arc::clone(weighing),
            },
            Self::Multitask { people, pictures, weighing, batch } => {
                // An epoch ends when either task has nothing left.
                let turns = (self.iterations(config.batch) / 2) as u64;
                let part = |batch, start: usize| LoaderConfig {
                    batch,
                    start,
                    limit: (turns as usize).saturating_sub(start),
                    ..config
                };
                let (first, second) = (config.start.div_ceil(2), config.start / 2);
                let crops = BatchLoader::new(Arc::clone(people), part(config.batch, first))?;
                let loader = BatchLoader::new(Arc::clone(pictures), part(*batch, second))?;
                let weighing = Arc::clone(weighing);
                Batches::Multitask { crops, loader, weighing, iteration: config.start }
            }
        })
    }
}

/// Batches of (a part of) an epoch.
pub(crate) enum Batches {
    Pose(BatchLoader<PoseDataset>),
    People(BatchLoader<SceneDataset>),
    Segmentation {
        loader: BatchLoader<SegmentationDataset>,
        weighing: Arc<PixelWeighing>,
    },
    Multitask {
        crops: BatchLoader<PoseDataset>,
        loader: BatchLoader<SegmentationDataset>,
        weighing: Arc<PixelWeighing>,
        /// The next iteration of the epoch.
        iteration: usize,
    },
}

/// Normalised pictures `[batch, 3, height, width]` and what to predict from them.
pub(crate) type Sample<B> = (Tensor<B, 4>, Target<B>);

impl Batches {
    /// The next batch, brought to the device.
    pub fn next<B: Backend>(&mut self, device: &B::Device) -> Option<Result<Sample<B>>> {
        let sample = match self {
            Self::Pose(loader) => people(loader, device)?,
            Self::People(loader) => scenes(loader, device)?,
            Self::Segmentation { loader, weighing } => pictures(loader, weighing, device)?,
            Self::Multitask { crops, loader, weighing, iteration } => {
                // Batches that were left out count: the task that is behind has its turn.
                let (first, second) = (2 * crops.iteration(), 2 * loader.iteration() + 1);
                let (sample, next) = if first < second {
                    let sample = people(crops, device)?;
                    (sample, 2 * crops.iteration().saturating_sub(1) + 1)
                } else {
                    let sample = pictures(loader, weighing, device)?;
                    (sample, 2 * loader.iteration())
                };
                *iteration = next.max(*iteration + 1);
                sample
            }
        };
        Some(sample)
    }

    /// Number within the epoch of the batch that comes next.
    pub fn iteration(&self) -> usize {
        match self {
            Self::Pose(loader) => loader.iteration(),
            Self::People(loader) => loader.iteration(),
            Self::Segmentation { loader, .. } => loader.iteration(),
            Self::Multitask { iteration, .. } => *iteration,
        }
    }
}

fn people<B: Backend>(
    loader: &mut BatchLoader<PoseDataset>,
    device: &B::Device,
) -> Option<Result<Sample<B>>> {
    let sample = loader.next()?.map(|batch| {
        let images = normalised(&batch.images, batch.height, batch.width, device);
        (images, Target::heatmaps(&batch, device))
    });
    Some(sample.map_err(Into::into))
}

fn pictures<B: Backend>(
    loader: &mut BatchLoader<SegmentationDataset>,
    weighing: &Arc<PixelWeighing>,
    device: &B::Device,
) -> Option<Result<Sample<B>>> {
    let sample = loader.next()?.map(|batch| {
        let images = normalised(&batch.images, batch.height, batch.width, device);
        (images, Target::classes(&batch, weighing, device))
    });
    Some(sample.map_err(Into::into))
}

fn scenes<B: Backend>(
    loader: &mut BatchLoader<SceneDataset>,
    device: &B::Device,
) -> Option<Result<Sample<B>>> {
    let sample = loader.next()?.map(|batch| {
        let images = normalised(&batch.images, batch.side, batch.side, device);
        (images, Target::people(&batch, device))
    });
    Some(sample.map_err(Into::into))
}
