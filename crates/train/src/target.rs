//! What a batch is to predict, and how far a prediction is from it.

use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use scalenas_data::PoseBatch;
use scalenas_data::segmentation::SegmentationBatch;

use scalenas_space::{Head, SpaceSpec};

use crate::loss::{PixelWeighing, joints_mse};

/// Targets of a batch.
#[derive(Debug, Clone)]
pub enum Target<B: Backend> {
    /// One heatmap a joint.
    Heatmaps {
        /// `[batch, joints, height / 4, width / 4]`.
        heatmaps: Tensor<B, 4>,
        /// Weight of each joint `[batch, joints]`.
        weights: Tensor<B, 2>,
    },
    /// The class of every pixel.
    Classes {
        /// `[batch, height, width]`.
        labels: Tensor<B, 3, Int>,
        /// What counts, and how much.
        weighing: Arc<PixelWeighing>,
    },
}

impl<B: Backend> Target<B> {
    /// Brings the targets of people to the device.
    pub fn heatmaps(batch: &PoseBatch, device: &B::Device) -> Self {
        let maps = [batch.batch, batch.joints, batch.heatmap_height, batch.heatmap_width];
        let heatmaps = TensorData::new(batch.heatmaps.clone(), maps);
        let weights = TensorData::new(batch.weights.clone(), [batch.batch, batch.joints]);
        Self::Heatmaps {
            heatmaps: Tensor::from_data(heatmaps, device),
            weights: Tensor::from_data(weights, device),
        }
    }

    /// Brings label maps to the device.
    pub fn classes(
        batch: &SegmentationBatch,
        weighing: &Arc<PixelWeighing>,
        device: &B::Device,
    ) -> Self {
        let labels: Vec<i32> = batch.labels.iter().map(|&class| i32::from(class)).collect();
        let labels = TensorData::new(labels, [batch.batch, batch.height, batch.width]);
        Self::Classes { labels: Tensor::from_data(labels, device), weighing: Arc::clone(weighing) }
    }

    /// The head that predicts it, of several.
    pub fn part(&self, spec: &SpaceSpec) -> Head {
        let wanted = |head: &Head| {
            matches!(
                (self, head),
                (Self::Heatmaps { .. }, Head::Heatmap { .. })
                    | (Self::Classes { .. }, Head::Segmentation { .. })
            )
        };
        spec.head.parts().into_iter().find(wanted).unwrap_or(spec.head)
    }

    /// The task's loss of a prediction at stride 4; `[1]`.
    pub fn loss(self, prediction: Tensor<B, 4>) -> Tensor<B, 1> {
        match self {
            Self::Heatmaps { heatmaps, weights } => joints_mse(prediction, heatmaps, weights),
            Self::Classes { labels, weighing } => weighing.of(prediction, labels),
        }
    }
}
