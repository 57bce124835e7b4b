//! What a batch is to predict, and how far a prediction is from it.

use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use scalenas_data::PoseBatch;
use scalenas_data::scenes::dataset::STRIDES;
use scalenas_data::scenes::{SceneBatch, SceneMaps};
use scalenas_data::segmentation::SegmentationBatch;
use scalenas_model::Prediction;

use scalenas_space::{Head, SpaceSpec};

use crate::task::bottom_up::loss::{TagGroups, masked_mse};
use crate::task::segmentation::loss::PixelWeighing;
use crate::task::top_down::loss::joints_mse;

/// Weight of the tags' losses beside those of the heatmaps.
const TAG_WEIGHT: f64 = 1e-3;

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
    /// Heatmaps of everybody at two resolutions, and whose tags are whose.
    People {
        /// At stride 4, then at stride 2.
        maps: [ScenesMaps<B>; 2],
        /// Where the tags are.
        tags: TagGroups<B>,
    },
    /// The class of every pixel.
    Classes {
        /// `[batch, height, width]`.
        labels: Tensor<B, 3, Int>,
        /// What counts, and how much.
        weighing: Arc<PixelWeighing>,
    },
}

/// Targets of whole pictures at one resolution.
#[derive(Debug, Clone)]
pub struct ScenesMaps<B: Backend> {
    /// `[batch, joints, height, width]`.
    pub heatmaps: Tensor<B, 4>,
    /// 1 where pixels count, `[batch, height, width]`.
    pub mask: Tensor<B, 3>,
}

impl<B: Backend> ScenesMaps<B> {
    fn new(maps: &[&SceneMaps], joints: usize, side: usize, device: &B::Device) -> Self {
        let heatmaps = maps.iter().flat_map(|maps| maps.heatmaps.iter().copied()).collect();
        let mask = maps.iter().flat_map(|maps| maps.mask.iter().copied()).collect();
        let heatmaps = TensorData::new::<f32, _>(heatmaps, [maps.len(), joints, side, side]);
        let mask = TensorData::new::<f32, _>(mask, [maps.len(), side, side]);
        Self {
            heatmaps: Tensor::from_data(heatmaps, device),
            mask: Tensor::from_data(mask, device),
        }
    }

    fn loss(self, prediction: Tensor<B, 4>) -> Tensor<B, 1> {
        masked_mse(prediction, self.heatmaps, self.mask)
    }
}

impl<B: Backend> Target<B> {
    /// Brings the targets of whole pictures to the device.
    pub fn people(batch: &SceneBatch, device: &B::Device) -> Self {
        let maps = [0, 1].map(|index| {
            let maps: Vec<&SceneMaps> = batch.targets.iter().map(|both| &both[index]).collect();
            ScenesMaps::new(&maps, batch.joints, batch.side / STRIDES[index], device)
        });
        let side = batch.side / STRIDES[0];
        let tags = TagGroups::new(&batch.tags, batch.joints * side * side, device);
        Self::People { maps, tags }
    }

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

    /// Heads of a space that predict it.
    pub fn heads(&self, spec: &SpaceSpec) -> Vec<Head> {
        let wanted = |head: &Head| {
            matches!(
                (self, head),
                (Self::Heatmaps { .. }, Head::TopDown { .. })
                    | (Self::People { .. }, Head::BottomUp { .. })
                    | (Self::Classes { .. }, Head::Segmentation { .. })
            )
        };
        match spec.heads.iter().copied().find(wanted) {
            Some(head) => vec![head],
            None => spec.heads.clone(),
        }
    }

    /// The task's loss of a prediction; `[1]`.
    pub fn loss(self, prediction: Prediction<B>) -> Tensor<B, 1> {
        let Prediction { coarse, fine } = prediction;
        match self {
            Self::Heatmaps { heatmaps, weights } => joints_mse(coarse, heatmaps, weights),
            Self::Classes { labels, weighing } => weighing.of(coarse, labels),
            Self::People { maps: [at_4, at_2], tags } => {
                let joints = at_4.heatmaps.dims()[1];
                let (pull, push) = tags.losses(coarse.clone().narrow(1, joints, joints));
                let loss = at_4.loss(coarse.narrow(1, 0, joints)) + (pull + push) * TAG_WEIGHT;
                match fine {
                    Some(fine) => loss + at_2.loss(fine),
                    None => loss,
                }
            }
        }
    }
}
