//! Convolution followed by batch normalisation: the unit of which the whole network is made.

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use scalenas_kernels::precision::cast;
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, PreparedWeights, ops};
use scalenas_space::layers::ConvKind;

use super::doubling::{KERNEL, doubling_kernel, interleave};
use super::folded::FoldedUnit;
use super::initializer::Initializer;
use super::merge::merge;
use super::norms::{EPSILON, Norms};
use crate::files::parameters::Parameter;
use crate::statistics::LayerStatistics;

/// Channels and convolution of a unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnitShape {
    pub input: usize,
    pub output: usize,
    /// 1 or 3; the padding keeps the size at stride 1.
    pub kernel: usize,
    pub stride: usize,
}

/// Convolution, batch normalisation, optional residual and activation.
#[derive(Module, Debug)]
pub(crate) struct ConvNorm<B: Backend> {
    /// `[out, in, kernel, kernel]`; of a transposed convolution `[in, out, 4, 4]`.
    pub weight: Param<Tensor<B, 4>>,
    /// Present where the reference has one in front of its normalisation (segmentation head).
    pub bias: Option<Param<Tensor<B, 1>>>,
    pub scale: Param<Tensor<B, 1>>,
    pub shift: Param<Tensor<B, 1>>,
    #[module(skip)]
    pub geometry: ConvGeometry,
    #[module(skip)]
    pub kind: ConvKind,
    #[module(skip)]
    pub conv_name: String,
    #[module(skip)]
    pub norm_name: String,
}

impl<B: Backend> ConvNorm<B> {
    /// Creates a unit with the checkpoint names of its convolution and its normalisation.
    pub fn new(
        initializer: &Initializer<'_, B>,
        shape: UnitShape,
        conv_name: String,
        norm_name: String,
    ) -> Self {
        let UnitShape { input, output, kernel, stride } = shape;
        Self {
            weight: initializer.kernel(&conv_name, [output, input, kernel, kernel]),
            bias: None,
            scale: initializer.vector(1.0, output),
            shift: initializer.vector(0.0, output),
            geometry: ConvGeometry { stride, padding: kernel / 2 },
            kind: ConvKind::Plain,
            conv_name,
            norm_name,
        }
    }

    /// A transposed 4x4 convolution of stride 2, which doubles height and width.
    pub fn doubling(
        initializer: &Initializer<'_, B>,
        [input, output]: [usize; 2],
        conv_name: String,
        norm_name: String,
    ) -> Self {
        let shape = UnitShape { input, output, kernel: 3, stride: 1 };
        let weight = initializer.kernel(&conv_name, [input, output, KERNEL, KERNEL]);
        let plain = Self::new(initializer, shape, conv_name, norm_name);
        Self { weight, kind: ConvKind::Transposed, ..plain }
    }

    /// Adds a bias in front of the normalisation.
    pub fn with_bias(mut self, initializer: &Initializer<'_, B>) -> Self {
        self.bias = Some(initializer.vector(0.0, self.channels()));
        self
    }

    /// Output channels.
    pub fn channels(&self) -> usize {
        self.scale.val().dims()[0]
    }

    /// Visits weight, bias, scale and shift.
    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        visit(&format!("{}.weight", self.conv_name), Parameter::Kernel(&mut self.weight));
        if let Some(bias) = &mut self.bias {
            visit(&format!("{}.bias", self.conv_name), Parameter::Vector(bias));
        }
        visit(&format!("{}.weight", self.norm_name), Parameter::Vector(&mut self.scale));
        visit(&format!("{}.bias", self.norm_name), Parameter::Vector(&mut self.shift));
    }
}

/// Weights of the plain convolutions among these, prepared for features in a number format.
pub(crate) fn prepared<B: KernelBackend>(
    units: &[&ConvNorm<B>],
    dtype: DType,
) -> PreparedWeights<B> {
    let plain = units.iter().filter(|unit| unit.kind == ConvKind::Plain);
    let named = plain.map(|unit| (unit.conv_name.clone(), unit.weight.val()));
    PreparedWeights::new(named.collect(), dtype)
}

impl<B: KernelBackend> ConvNorm<B> {
    /// `activation(norm(conv(x)))`, `[batch, in, height, width]` to
    /// `[batch, out, height / stride, width / stride]`.
    pub fn forward(
        &self,
        x: Tensor<B, 4>,
        activation: Activation,
        norms: &mut Norms<'_, B>,
    ) -> Tensor<B, 4> {
        self.run(x, None, activation, norms)
    }

    /// `activation(norm(conv(x)) + residual)`.
    pub fn forward_residual(
        &self,
        x: Tensor<B, 4>,
        residual: Tensor<B, 4>,
        activation: Activation,
        norms: &mut Norms<'_, B>,
    ) -> Tensor<B, 4> {
        self.run(x, Some(residual), activation, norms)
    }

    /// `activation(norm(conv(x)) + residual)`.
    ///
    /// # Panics
    /// If frozen statistics do not cover the unit: they belong to another subnet.
    fn run(
        &self,
        x: Tensor<B, 4>,
        residual: Option<Tensor<B, 4>>,
        activation: Activation,
        norms: &mut Norms<'_, B>,
    ) -> Tensor<B, 4> {
        match norms {
            Norms::Folded(folded) => folded.run(&self.norm_name, x, residual, activation),
            _ => self.normalise(self.convolve(x, norms), residual, activation, norms),
        }
    }

    /// `activation(norm(conv(maps)))` of a 1x1 convolution of maps at several resolutions, which are seen at that of the
    /// first, one after the other.
    ///
    /// # Panics
    /// If frozen statistics do not cover the unit.
    pub fn forward_merged(
        &self,
        maps: Vec<Tensor<B, 4>>,
        activation: Activation,
        norms: &mut Norms<'_, B>,
    ) -> Tensor<B, 4> {
        if let Norms::Folded(folded) = norms {
            return folded.run_merged(&self.norm_name, maps, activation);
        }
        let bias = self.bias.as_ref().map(Param::val);
        let y = merge(maps, &self.weight.val(), bias, Activation::Identity);
        self.normalise(y, None, activation, norms)
    }

    /// `activation(norm(y) + residual)` with the statistics of the batch or given ones.
    fn normalise(
        &self,
        y: Tensor<B, 4>,
        residual: Option<Tensor<B, 4>>,
        activation: Activation,
        norms: &mut Norms<'_, B>,
    ) -> Tensor<B, 4> {
        let (scale, shift) = (self.scale.val(), self.shift.val());
        let statistics = match norms {
            Norms::Batch { statistics, .. } => {
                let shape = y.dims();
                let (y, mean, variance) = match statistics.group() {
                    None => ops::norm_batch(y, scale, shift, EPSILON, residual, activation),
                    Some(group) => {
                        ops::norm_group(y, scale, shift, EPSILON, residual, activation, group)
                    }
                };
                statistics.record(&self.norm_name, mean, variance, shape);
                return y;
            }
            Norms::Frozen(statistics) => statistics.get(&self.norm_name),
            Norms::Folded(_) => unreachable!("folded units have no normalisation"),
        };
        let layer = statistics.unwrap_or_else(|| {
            panic!("no statistics for layer {}: calibrate this subnet first", self.norm_name)
        });
        let (mean, variance) = (layer.mean.clone(), layer.variance.clone());
        ops::norm_frozen(y, scale, shift, mean, variance, EPSILON, residual, activation)
    }

    /// The convolution with its bias, without the normalisation.
    fn convolve(&self, x: Tensor<B, 4>, norms: &Norms<'_, B>) -> Tensor<B, 4> {
        let y = match self.kind {
            ConvKind::Plain => {
                let weight = self.weight.val();
                match norms {
                    Norms::Batch { weights, .. } => {
                        let prepared = weights.get(&self.conv_name);
                        ops::conv_prepared(x, weight, prepared, self.geometry)
                    }
                    _ => ops::conv(x, weight, self.geometry),
                }
            }
            ConvKind::Transposed => {
                interleave(ops::conv(x, doubling_kernel(self.weight.val()), self.geometry))
            }
        };
        match &self.bias {
            Some(bias) => {
                let bias = cast(bias.val(), y.dtype());
                y + bias.reshape([1, -1, 1, 1])
            }
            None => y,
        }
    }

    /// The unit as one convolution, with the normalisation by `layer` in its weight and bias.
    pub fn fold(&self, layer: &LayerStatistics<B>) -> FoldedUnit<B> {
        let factor = self.scale.val() / (layer.variance.clone() + EPSILON).sqrt();
        let shift = match &self.bias {
            Some(bias) => bias.val() - layer.mean.clone(),
            None => layer.mean.clone().neg(),
        };
        let bias = self.shift.val() + shift * factor.clone();
        let (weight, bias) = match self.kind {
            ConvKind::Plain => (self.weight.val() * factor.reshape([-1, 1, 1, 1]), bias),
            ConvKind::Transposed => (
                doubling_kernel(self.weight.val() * factor.reshape([1, -1, 1, 1])),
                bias.repeat_dim(0, 4),
            ),
        };
        let plain_bias = bias.clone();
        FoldedUnit { weight, bias, plain_bias, geometry: self.geometry, kind: self.kind }
    }
}
