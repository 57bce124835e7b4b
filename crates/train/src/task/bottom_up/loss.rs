//! Masked mean squared error of heatmaps.
//!
//! Source: HigherHRNet reference.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// Mean of `mask · (prediction − target)²` over batch, joints and pixels; `[1]`.
///
/// `prediction` and `target` are `[batch, joints, height, width]`, `mask` `[batch, height, width]`.
pub fn masked_mse<B: Backend>(
    prediction: Tensor<B, 4>,
    target: Tensor<B, 4>,
    mask: Tensor<B, 3>,
) -> Tensor<B, 1> {
    ((prediction - target).powi_scalar(2) * mask.unsqueeze_dim(1)).mean()
}
