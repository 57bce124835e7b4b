//! Training data of bottom-up pose, and the targets of its batches.

use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use scalenas_base::Size;
use scalenas_data::SkippedImage;
use scalenas_data::bottom_up::STRIDES;
use scalenas_data::bottom_up::{BottomUpBatch, BottomUpDataset, TargetMaps};
use scalenas_kernels::KernelBackend;
use scalenas_model::Prediction;

use super::loss::masked_mse;
use super::tags::TagGroups;
use crate::score::pictures::normalised;
use crate::task::interface;

/// Weight of the losses of tags beside those of heatmaps.
const TAG_WEIGHT: f64 = 1e-3;

/// Square crops of whole pictures.
#[derive(Debug, Clone)]
pub struct Training(pub Arc<BottomUpDataset>);

/// Heatmaps at two resolutions, and the tags of each person.
#[derive(Debug, Clone)]
pub struct Target<B: Backend> {
    /// At stride 4, then at stride 2.
    pub maps: [MapTargets<B>; 2],
    /// Positions of the tags of each person.
    pub tags: TagGroups<B>,
}

/// Target heatmaps of a batch at one resolution.
#[derive(Debug, Clone)]
pub struct MapTargets<B: Backend> {
    /// `[batch, joints, height, width]`.
    pub heatmaps: Tensor<B, 4>,
    /// 1 where pixels count, else 0; `[batch, height, width]`.
    pub mask: Tensor<B, 3>,
}

impl interface::TrainingData for Training {
    type Source = BottomUpDataset;
    type Target<B: KernelBackend> = Target<B>;

    const UNIT: &'static str = "pictures";

    fn source(&self) -> &Arc<BottomUpDataset> {
        &self.0
    }

    fn skipped(&self) -> Vec<SkippedImage> {
        self.0.scenes().skipped()
    }

    fn sample<B: KernelBackend>(
        &self,
        batch: &BottomUpBatch,
        device: &B::Device,
    ) -> (Tensor<B, 4>, Target<B>) {
        let images = normalised(&batch.images, Size::square(batch.side), device);
        (images, Target::new(batch, device))
    }
}

impl<B: KernelBackend> Target<B> {
    /// Brings the targets of a batch to the device.
    pub fn new(batch: &BottomUpBatch, device: &B::Device) -> Self {
        let maps = [0, 1].map(|index| {
            let maps: Vec<&TargetMaps> = batch.targets.iter().map(|both| &both[index]).collect();
            MapTargets::new(&maps, batch.joints, batch.side / STRIDES[index], device)
        });
        let side = batch.side / STRIDES[0];
        let tags = TagGroups::new(&batch.tags, batch.joints * side * side, device);
        Self { maps, tags }
    }
}

impl<B: KernelBackend> interface::Target<B> for Target<B> {
    fn loss(self, prediction: Prediction<B>) -> Tensor<B, 1> {
        let Prediction { coarse, fine } = prediction;
        let [at_4, at_2] = self.maps;
        let joints = at_4.heatmaps.dims()[1];
        let (pull, push) = self.tags.losses(coarse.clone().narrow(1, joints, joints));
        let loss = at_4.loss(coarse.narrow(1, 0, joints)) + (pull + push) * TAG_WEIGHT;
        match fine {
            Some(fine) => loss + at_2.loss(fine),
            None => loss,
        }
    }
}

impl<B: KernelBackend> MapTargets<B> {
    fn new(maps: &[&TargetMaps], joints: usize, side: usize, device: &B::Device) -> Self {
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
