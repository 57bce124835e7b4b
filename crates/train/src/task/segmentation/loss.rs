//! Weighted cross-entropy over pixels, of all pixels or of hard ones only (OHEM).
//!
//! Source: HRNet reference. Scores are upsampled bilinearly to the size of the labels first.

use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use scalenas_data::segmentation::IGNORED;
use scalenas_kernels::{KernelBackend, ops};
use serde::{Deserialize, Serialize};

use super::hard_pixels::HardPixels;

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
    pub fn loss<B: KernelBackend>(
        &self,
        scores: Tensor<B, 4>,
        labels: Tensor<B, 3, Int>,
    ) -> Tensor<B, 1> {
        let logs = ops::log_likelihood(scores, labels.clone());
        let weights = self.pixel_weights(&labels);
        let loss = (logs.clone() * weights.clone()).neg();
        match &self.loss {
            PixelLoss::CrossEntropy => loss.sum() / floor(weights.sum()),
            PixelLoss::Ohem(hard) => {
                let chosen = hard.choose(&logs.detach(), &labels.equal_elem(IGNORED));
                (loss * chosen.clone()).sum() / chosen.sum().clamp_min(1.0)
            }
        }
    }

    /// Weights of pixels by class, 0 where ignored; `[batch, height, width]`.
    fn pixel_weights<B: Backend>(&self, labels: &Tensor<B, 3, Int>) -> Tensor<B, 3> {
        let mut weights = self.weights.clone();
        weights.resize(usize::from(IGNORED) + 1, 0.0);
        let data = TensorData::new(weights, [usize::from(IGNORED) + 1]);
        let weights = Tensor::<B, 1>::from_data(data, &labels.device());
        weights.select(0, labels.clone().flatten::<1>(0, 2)).reshape(labels.dims())
    }
}

/// Keeps a quotient at 0 where no pixel counts.
fn floor<B: Backend>(sum: Tensor<B, 1>) -> Tensor<B, 1> {
    sum.clamp_min(f32::MIN_POSITIVE)
}
