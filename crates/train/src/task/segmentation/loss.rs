//! Weighted cross-entropy over pixels, of all pixels or of hard ones only (OHEM).
//!
//! Source: HRNet reference. Scores are upsampled bilinearly to the size of the labels first.

use burn::tensor::activation::log_softmax;
use burn::tensor::backend::Backend;
use burn::tensor::{Bool, Int, Tensor, TensorData};
use scalenas_data::segmentation::IGNORED;
use scalenas_model::upsample_bilinear;
use serde::{Deserialize, Serialize};

use super::hard_pixels::HardPixels;

/// Axis of the classes once they come last, where softmax and gathering are fastest.
const CLASSES: usize = 3;

/// Pixels that count in the loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum PixelLoss {
    /// All labelled pixels: mean of the cross-entropy weighted by class.
    CrossEntropy,
    /// Pixels that the network is unsure about: online hard example mining.
    Ohem(HardPixels),
}

/// Loss over pixels with the weight of each class.
#[derive(Debug, Clone, PartialEq)]
pub struct PixelWeighing {
    /// Pixels that count.
    pub loss: PixelLoss,
    /// Weight of each class.
    pub weights: Vec<f32>,
}

impl PixelWeighing {
    /// Loss of `scores` `[batch, classes, height / 4, width / 4]` for `labels`
    /// `[batch, height, width]` with [`IGNORED`] where nothing is known; `[1]`, 0 if no pixel counts.
    pub fn loss<B: Backend>(
        &self,
        scores: Tensor<B, 4>,
        labels: Tensor<B, 3, Int>,
    ) -> Tensor<B, 1> {
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

    /// Weights of pixels by class, 0 where ignored; `[batch, height, width]`.
    fn pixel_weights<B: Backend>(
        &self,
        labels: &Tensor<B, 3, Int>,
        ignored: &Tensor<B, 3, Bool>,
    ) -> Tensor<B, 3> {
        let data = TensorData::new(self.weights.clone(), [self.weights.len()]);
        let weights = Tensor::<B, 1>::from_data(data, &labels.device());
        let pixels = weights.select(0, labels.clone().flatten::<1>(0, 2));
        pixels.reshape(labels.dims()).mask_fill(ignored.clone(), 0.0)
    }
}

/// Keeps a quotient at 0 where no pixel counts.
fn floor<B: Backend>(sum: Tensor<B, 1>) -> Tensor<B, 1> {
    sum.clamp_min(f32::MIN_POSITIVE)
}
