//! Training data of top-down pose, and the targets of its batches.

use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use scalenas_data::{SkippedImage, TopDownBatch, TopDownDataset};
use scalenas_kernels::KernelBackend;
use scalenas_model::Prediction;

use super::loss::joints_mse;
use crate::score::pictures::normalised;
use crate::task::interface;

/// Crops of people.
#[derive(Debug, Clone)]
pub struct Training(pub Arc<TopDownDataset>);

/// Heatmaps of a batch of crops.
#[derive(Debug, Clone)]
pub struct Target<B: Backend> {
    /// `[batch, joints, height / 4, width / 4]`.
    pub heatmaps: Tensor<B, 4>,
    /// Weight of each joint in the loss, `[batch, joints]`.
    pub weights: Tensor<B, 2>,
}

impl interface::TrainingData for Training {
    type Source = TopDownDataset;
    type Target<B: KernelBackend> = Target<B>;

    const UNIT: &'static str = "people";

    fn source(&self) -> &Arc<TopDownDataset> {
        &self.0
    }

    fn skipped(&self) -> Vec<SkippedImage> {
        self.0.skipped()
    }

    fn sample<B: KernelBackend>(
        &self,
        batch: &TopDownBatch,
        device: &B::Device,
    ) -> (Tensor<B, 4>, Target<B>) {
        let images = normalised(&batch.images, batch.size, device);
        (images, Target::new(batch, device))
    }
}

impl<B: KernelBackend> Target<B> {
    /// Brings the targets of a batch to the device.
    pub fn new(batch: &TopDownBatch, device: &B::Device) -> Self {
        let maps = [batch.batch, batch.joints, batch.heatmap.height, batch.heatmap.width];
        let heatmaps = TensorData::new(batch.heatmaps.clone(), maps);
        let weights = TensorData::new(batch.weights.clone(), [batch.batch, batch.joints]);
        Self {
            heatmaps: Tensor::from_data(heatmaps, device),
            weights: Tensor::from_data(weights, device),
        }
    }
}

impl<B: KernelBackend> interface::Target<B> for Target<B> {
    fn loss(self, prediction: Prediction<B>) -> Tensor<B, 1> {
        joints_mse(prediction.coarse, self.heatmaps, self.weights)
    }
}
