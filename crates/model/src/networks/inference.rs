//! Inference: batch normalisation folded into the convolutions' weights and biases.

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use scalenas_kernels::KernelBackend;
use scalenas_kernels::precision::cast;

use super::subnet::Subnet;
use crate::layers::folded::Folded;
use crate::layers::heads::Prediction;
use crate::layers::norms::Norms;
use crate::layers::unit::ConvNorm;
use crate::statistics::Statistics;

/// A [`ScaleNet`](crate::ScaleNet) that runs `activation(conv(x) + bias + residual)` as one operation
/// everywhere.
#[derive(Debug, Clone)]
pub struct InferenceNet<B: Backend> {
    layers: Subnet<B>,
    folded: Folded<B>,
    /// Number format of features.
    format: DType,
}

impl<B: KernelBackend> InferenceNet<B> {
    /// Folds statistics that cover the layers.
    pub(super) fn new(layers: &Subnet<B>, statistics: &Statistics<B>) -> Self {
        let units = layers.units();
        let fold = |unit: &ConvNorm<B>| {
            let layer = statistics.get(&unit.norm_name);
            let layer = layer.expect("a ScaleNet has statistics of its layers");
            (unit.norm_name.clone(), unit.fold(layer))
        };
        let folded = Folded::new(units.into_iter().map(fold));
        Self { layers: layers.clone(), folded, format: DType::F32 }.with_format(DType::F32)
    }

    /// Computes with features in this number format. Weights are converted once to it and to the order that the device's
    /// convolutions read, instead of at every convolution; biases stay float32, in which they are added.
    #[must_use]
    pub fn with_format(mut self, dtype: DType) -> Self {
        self.folded.prepare(dtype);
        self.format = dtype;
        self
    }

    /// Normalised pictures `[batch, 3, height, width]` to the predictions at stride 4.
    pub fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        self.predict(images).coarse
    }

    /// Normalised pictures `[batch, 3, height, width]` to the predictions at all strides.
    pub fn predict(&self, images: Tensor<B, 4>) -> Prediction<B> {
        let images = cast(images, self.format);
        self.layers.run(images, &mut Norms::Folded(&self.folded))
    }
}
