//! Units whose normalisation is folded into the convolution's weight and bias.

use std::collections::BTreeMap;

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, ops};
use scalenas_space::layers::ConvKind;

use super::doubling::interleave;
use super::merge::merge;

/// Folded units by the name of their normalisation layer.
#[derive(Debug, Clone)]
pub(crate) struct Folded<B: Backend> {
    units: BTreeMap<String, FoldedUnit<B>>,
}

/// A convolution with a bias that does the work of the normalisation behind it.
#[derive(Debug, Clone)]
pub(crate) struct FoldedUnit<B: Backend> {
    /// `[out, in, kernel, kernel]`; of a transposed convolution as a plain one (`doubling`).
    pub weight: Tensor<B, 4>,
    /// `[out]`.
    pub bias: Tensor<B, 1>,
    /// The bias as convolutions without residual and activation read it.
    pub plain_bias: Tensor<B, 1>,
    pub geometry: ConvGeometry,
    pub kind: ConvKind,
}

impl<B: KernelBackend> Folded<B> {
    /// Collects units under the names of their normalisation layers.
    pub fn new(units: impl IntoIterator<Item = (String, FoldedUnit<B>)>) -> Self {
        Self { units: units.into_iter().collect() }
    }

    /// Brings weights into a number format and into the order that the device's convolutions read, and biases into what
    /// they read.
    pub fn prepare(&mut self, dtype: DType) {
        for unit in self.units.values_mut() {
            unit.weight = ops::prepare_weight(unit.weight.clone(), dtype);
            unit.plain_bias = ops::prepare_bias(unit.bias.clone(), dtype);
        }
    }

    /// `activation(conv(x) + bias + residual)` of the unit with this normalisation layer.
    pub fn run(
        &self,
        norm_name: &str,
        x: Tensor<B, 4>,
        residual: Option<Tensor<B, 4>>,
        activation: Activation,
    ) -> Tensor<B, 4> {
        let unit = &self.units[norm_name];
        let is_plain = residual.is_none() && activation == Activation::Identity;
        let bias = if is_plain { &unit.plain_bias } else { &unit.bias };
        let (weight, bias) = (unit.weight.clone(), bias.clone());
        let y = ops::conv_bias(x, weight, bias, residual, activation, unit.geometry);
        match unit.kind {
            ConvKind::Plain => y,
            ConvKind::Transposed => interleave(y),
        }
    }

    /// `activation(conv(maps) + bias)` of the unit with this normalisation layer, of maps at several resolutions.
    pub fn run_merged(
        &self,
        norm_name: &str,
        maps: Vec<Tensor<B, 4>>,
        activation: Activation,
    ) -> Tensor<B, 4> {
        let unit = &self.units[norm_name];
        merge(maps, &unit.weight, Some(unit.plain_bias.clone()), activation)
    }
}
