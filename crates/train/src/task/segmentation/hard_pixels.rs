//! Hard pixels: those whose true class has a low probability (online hard example mining).
//!
//! Source: HRNet reference.

use burn::tensor::backend::Backend;
use burn::tensor::{Bool, Tensor};
use serde::{Deserialize, Serialize};

/// Criterion of hard pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HardPixels {
    /// Probability of the true class below which a pixel is hard.
    pub threshold: f64,
    /// Minimum number of hard pixels per batch, reached by raising the threshold.
    pub keep: usize,
}

impl Default for HardPixels {
    fn default() -> Self {
        Self { threshold: 0.9, keep: 131_072 }
    }
}

impl HardPixels {
    /// 1 for hard pixels, 0 for the others, `[batch, height, width]`; `logs` are the logarithms of
    /// the probability of the true class.
    pub(super) fn choose<B: Backend>(
        &self,
        logs: &Tensor<B, 3>,
        ignored: &Tensor<B, 3, Bool>,
    ) -> Tensor<B, 3> {
        // Above any probability: never hard.
        let probabilities = logs.clone().exp().mask_fill(ignored.clone(), f32::MAX);
        let values = probabilities.clone().into_data().convert::<f32>();
        let values: Vec<f32> = values.iter::<f32>().filter(|&value| value < f32::MAX).collect();
        let threshold = self.raised(values);
        probabilities.lower_elem(threshold).float()
    }

    /// The larger one of the threshold and the probability below which `keep` pixels lie.
    fn raised(&self, mut probabilities: Vec<f32>) -> f32 {
        let threshold = self.threshold as f32;
        let Some(last) = probabilities.len().checked_sub(1) else { return threshold };
        let (_, &mut value, _) =
            probabilities.select_nth_unstable_by(self.keep.min(last), f32::total_cmp);
        threshold.max(value)
    }
}
