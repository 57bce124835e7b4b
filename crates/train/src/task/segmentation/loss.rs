//! Weighted cross-entropy over pixels, plain or over hard pixels only (OHEM).
//!
//! Source: HRNet reference. Scores are upsampled bilinearly to the size of the labels first.

use burn::tensor::activation::log_softmax;
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use scalenas_data::segmentation::IGNORED;
use scalenas_model::upsample_bilinear;
use serde::{Deserialize, Serialize};

/// Axis of the classes once they come last, where softmax and gathering are fastest.
const CLASSES: usize = 3;

/// Which pixels count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum PixelLoss {
    /// All that are labelled: mean of the cross-entropy weighted by class.
    CrossEntropy,
    /// Those that the network is unsure about: online hard example mining.
    Ohem(HardPixels),
}

/// When a pixel is hard.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HardPixels {
    /// Probability of the true class below which a pixel is hard.
    pub threshold: f64,
    /// The threshold is raised until about so many pixels of a batch are hard.
    pub keep: usize,
}

impl Default for HardPixels {
    fn default() -> Self {
        Self { threshold: 0.9, keep: 131_072 }
    }
}

/// A loss with the weight of each class.
#[derive(Debug, Clone, PartialEq)]
pub struct PixelWeighing {
    /// Which pixels count.
    pub loss: PixelLoss,
    /// Weight of each class.
    pub weights: Vec<f32>,
}

impl PixelWeighing {
    /// The loss of `scores` `[batch, classes, h, w]` for `labels` `[batch, height, width]` with
    /// [`IGNORED`] where nothing is known; 0 if no pixel counts.
    pub fn of<B: Backend>(&self, scores: Tensor<B, 4>, labels: Tensor<B, 3, Int>) -> Tensor<B, 1> {
        let [_, height, width] = labels.dims();
        let scores = upsample_bilinear(scores, [height, width]).permute([0, 2, 3, 1]);
        let logs = log_softmax(scores, CLASSES);
        let ignored = labels.clone().equal_elem(IGNORED);
        let labels = labels.mask_fill(ignored.clone(), 0);
        let weights = self.pixel_weights(&labels, &ignored);
        let logs = logs.gather(CLASSES, labels.unsqueeze_dim(CLASSES)).squeeze_dim::<3>(CLASSES);
        let loss = (logs.clone() * weights.clone()).neg();
        match &self.loss {
            PixelLoss::CrossEntropy => loss.sum() / floor(weights.sum()),
            PixelLoss::Ohem(hard) => {
                let chosen = hard.choose(&logs.detach(), &ignored);
                (loss * chosen.clone()).sum() / chosen.sum().clamp_min(1.0)
            }
        }
    }

    /// Weight of every pixel by its class, 0 where ignored; `[batch, height, width]`.
    fn pixel_weights<B: Backend>(
        &self,
        labels: &Tensor<B, 3, Int>,
        ignored: &Tensor<B, 3, burn::tensor::Bool>,
    ) -> Tensor<B, 3> {
        let data = TensorData::new(self.weights.clone(), [self.weights.len()]);
        let weights = Tensor::<B, 1>::from_data(data, &labels.device());
        let pixels = weights.select(0, labels.clone().flatten::<1>(0, 2));
        pixels.reshape(labels.dims()).mask_fill(ignored.clone(), 0.0)
    }
}

/// Keeps a division by "no pixel" at 0.
fn floor<B: Backend>(sum: Tensor<B, 1>) -> Tensor<B, 1> {
    sum.clamp_min(f32::MIN_POSITIVE)
}

impl HardPixels {
    /// 1 for hard pixels, 0 for the others; `logs` are of the true class's probability.
    fn choose<B: Backend>(
        &self,
        logs: &Tensor<B, 3>,
        ignored: &Tensor<B, 3, burn::tensor::Bool>,
    ) -> Tensor<B, 3> {
        // Above any probability: never hard.
        let probabilities = logs.clone().exp().mask_fill(ignored.clone(), f32::MAX);
        let values = probabilities.clone().into_data().convert::<f32>();
        let values: Vec<f32> = values.iter::<f32>().filter(|&value| value < f32::MAX).collect();
        let threshold = self.raised(values);
        probabilities.lower_elem(threshold).float()
    }

    /// The threshold, or the probability below which `keep` pixels are if that is higher.
    fn raised(&self, mut probabilities: Vec<f32>) -> f32 {
        let threshold = self.threshold as f32;
        let Some(last) = probabilities.len().checked_sub(1) else { return threshold };
        let (_, &mut value, _) =
            probabilities.select_nth_unstable_by(self.keep.min(last), f32::total_cmp);
        threshold.max(value)
    }
}
