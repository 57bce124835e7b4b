//! Training data of segmentation, and the targets of its batches.

use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use scalenas_data::segmentation::SegmentationBatch;
use scalenas_data::{SegmentationDataset, SkippedImage};
use scalenas_kernels::KernelBackend;
use scalenas_model::Prediction;

use super::loss::PixelWeighing;
use crate::score::pictures::normalised;
use crate::task::interface;

/// Crops of labelled pictures.
#[derive(Debug, Clone)]
pub struct Training {
    /// Labelled pictures.
    pub dataset: Arc<SegmentationDataset>,
    /// Loss with the weights of classes.
    pub weighing: Arc<PixelWeighing>,
}

/// Labels of a batch of crops.
#[derive(Debug, Clone)]
pub struct Target<B: Backend> {
    /// Class of every pixel, `[batch, height, width]`.
    pub labels: Tensor<B, 3, Int>,
    /// Loss with the weights of classes.
    pub weighing: Arc<PixelWeighing>,
}

impl interface::TrainingData for Training {
    type Source = SegmentationDataset;
    type Target<B: KernelBackend> = Target<B>;

    const UNIT: &'static str = "pictures";

    fn source(&self) -> &Arc<SegmentationDataset> {
        &self.dataset
    }

    fn skipped(&self) -> Vec<SkippedImage> {
        self.dataset.skipped()
    }

    fn sample<B: KernelBackend>(
        &self,
        batch: &SegmentationBatch,
        device: &B::Device,
    ) -> (Tensor<B, 4>, Target<B>) {
        let images = normalised(&batch.images, batch.size, device);
        let labels: Vec<i32> = batch.labels.iter().map(|&class| i32::from(class)).collect();
        let labels = TensorData::new(labels, [batch.batch, batch.size.height, batch.size.width]);
        let labels = Tensor::from_data(labels, device);
        (images, Target { labels, weighing: Arc::clone(&self.weighing) })
    }
}

impl<B: KernelBackend> interface::Target<B> for Target<B> {
    fn loss(self, prediction: Prediction<B>) -> Tensor<B, 1> {
        self.weighing.loss(prediction.coarse, self.labels)
    }
}
