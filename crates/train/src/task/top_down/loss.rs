//! Joint-wise mean squared error, as in the HRNet reference.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// Weight of the squared error in the reference's loss.
const HALF: f64 = 0.5;

/// Mean over joints of half the mean over batch and pixels of `(weight · (prediction − target))²`.
///
/// `prediction` and `target` are `[batch, joints, height, width]`, `weights` `[batch, joints]`;
/// the result is `[1]`.
pub fn joints_mse<B: Backend>(
    prediction: Tensor<B, 4>,
    target: Tensor<B, 4>,
    weights: Tensor<B, 2>,
) -> Tensor<B, 1> {
    let weighted = (prediction - target) * weights.unsqueeze_dims(&[2, 3]);
    // Every joint has equally many values, so that the mean of means is one mean.
    weighted.powi_scalar(2).mean() * HALF
}
