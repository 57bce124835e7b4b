//! Inference: batch normalisation folded into the convolutions' weights and biases.

use std::collections::BTreeMap;

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use scalenas_kernels::{Activation, KernelBackend, ops};
use scalenas_space::layers::ConvKind;

use crate::doubling::{doubling_kernel, interleave};
use crate::norm::{EPSILON, Norms};
use crate::prediction::Prediction;
use crate::scalenet::{ScaleNet, Subnet};
use crate::statistics::Statistics;
use crate::unit::ConvNorm;

/// A [`ScaleNet`] that runs `activation(conv(x) + bias + residual)` as one operation everywhere.
#[derive(Debug, Clone)]
pub struct InferenceNet<B: Backend> {
    layers: Subnet<B>,
    folded: Folded<B>,
}

/// Folded weights by normalisation layer.
#[derive(Debug, Clone)]
pub struct Folded<B: Backend> {
    layers: BTreeMap<String, FoldedUnit<B>>,
}

#[derive(Debug, Clone)]
struct FoldedUnit<B: Backend> {
    /// `[out, in, kernel, kernel]`.
    weight: Tensor<B, 4>,
    /// `[out]`.
    bias: Tensor<B, 1>,
}

impl<B: KernelBackend> InferenceNet<B> {
    pub(crate) fn new(network: &ScaleNet<B>) -> Self {
        let statistics = network.statistics();
        let units = network.layers().units();
        let fold = |unit: &&ConvNorm<B>| (unit.norm_name.clone(), fold(unit, statistics));
        let layers = units.iter().map(fold).collect();
        let network = Self { layers: network.layers().clone(), folded: Folded { layers } };
        network.with_weights(DType::F32)
    }

    /// The same network with its weights in this number format and as the device's convolutions read
    /// them, once, instead of at every convolution; to be given pictures in the same. Biases stay
    /// float32, in which they are added.
    #[must_use]
    pub fn with_weights(mut self, dtype: DType) -> Self {
        for layer in self.folded.layers.values_mut() {
            layer.weight = ops::prepare_weight(layer.weight.clone(), dtype);
        }
        self
    }

    /// As [`ScaleNet::forward`].
    pub fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        self.predict(images).coarse
    }

    /// As [`ScaleNet::predict`].
    pub fn predict(&self, images: Tensor<B, 4>) -> Prediction<B> {
        self.layers.predict(images, &mut Norms::Folded(&self.folded))
    }
}

impl<B: KernelBackend> Folded<B> {
    pub(crate) fn run(
        &self,
        unit: &ConvNorm<B>,
        x: Tensor<B, 4>,
        residual: Option<Tensor<B, 4>>,
        activation: Activation,
    ) -> Tensor<B, 4> {
        let layer = &self.layers[&unit.norm_name];
        let (weight, bias) = (layer.weight.clone(), layer.bias.clone());
        let y = ops::conv_bias(x, weight, bias, residual, activation, unit.geometry);
        match unit.kind {
            ConvKind::Plain => y,
            ConvKind::Transposed => interleave(y),
        }
    }
}

fn fold<B: Backend>(unit: &ConvNorm<B>, statistics: &Statistics<B>) -> FoldedUnit<B> {
    let layer = statistics.get(&unit.norm_name).expect("a ScaleNet has statistics of its layers");
    let factor = unit.scale.val() / (layer.variance.clone() + EPSILON).sqrt();
    let shift = match &unit.bias {
        Some(bias) => bias.val() - layer.mean.clone(),
        None => layer.mean.clone().neg(),
    };
    let bias = unit.shift.val() + shift * factor.clone();
    match unit.kind {
        ConvKind::Plain => {
            FoldedUnit { bias, weight: unit.weight.val() * factor.reshape([-1, 1, 1, 1]) }
        }
        ConvKind::Transposed => FoldedUnit {
            bias: bias.repeat_dim(0, 4),
            weight: doubling_kernel(unit.weight.val() * factor.reshape([1, -1, 1, 1])),
        },
    }
}
