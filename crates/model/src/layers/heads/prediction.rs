//! Output of a network.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// Predicted maps at one or two resolutions.
#[derive(Debug, Clone)]
pub struct Prediction<B: Backend> {
    /// `[batch, outputs, height / 4, width / 4]`: heatmaps, class scores, or heatmaps and tags;
    /// `[batch, classes, 1, 1]` for a class per picture.
    pub coarse: Tensor<B, 4>,
    /// `[batch, joints, height / 2, width / 2]`: heatmaps of the bottom-up head.
    pub fine: Option<Tensor<B, 4>>,
}

impl<B: Backend> From<Tensor<B, 4>> for Prediction<B> {
    fn from(coarse: Tensor<B, 4>) -> Self {
        Self { coarse, fine: None }
    }
}
