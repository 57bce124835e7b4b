//! Statistics of one normalisation layer.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// Mean and variance of one normalisation layer, each `[channels]`.
#[derive(Debug, Clone)]
pub struct LayerStatistics<B: Backend> {
    /// Mean per channel.
    pub mean: Tensor<B, 1>,
    /// Variance per channel.
    pub variance: Tensor<B, 1>,
}
