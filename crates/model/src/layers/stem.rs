//! Stem: two stride-2 convolutions and the bottlenecks of the reference's `layer1`.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{Activation, KernelBackend};
use scalenas_space::StemSpec;

use super::block::Bottleneck;
use super::initializer::Initializer;
use super::norms::Norms;
use super::unit::{ConvNorm, UnitShape};
use crate::files::parameters::Parameter;

/// Channels of the input pictures.
const RGB: usize = 3;

/// Pictures to features at stride 4.
#[derive(Module, Debug)]
pub(crate) struct Stem<B: Backend> {
    conv1: ConvNorm<B>,
    conv2: ConvNorm<B>,
    layer1: Vec<Bottleneck<B>>,
}

impl<B: Backend> Stem<B> {
    pub fn new(initializer: &Initializer<'_, B>, spec: &StemSpec) -> Self {
        let unit = |input, conv: &str, norm: &str| {
            let shape = UnitShape { input, output: spec.channels, kernel: 3, stride: 2 };
            ConvNorm::new(initializer, shape, conv.to_owned(), norm.to_owned())
        };
        let output = output_channels(spec);
        let bottleneck = |k: usize| {
            let input = if k == 0 { spec.channels } else { output };
            let dims = [input, spec.bottleneck_channels, output];
            Bottleneck::new(initializer, dims, &format!("layer1.{k}"))
        };
        Self {
            conv1: unit(RGB, "conv1", "bn1"),
            conv2: unit(spec.channels, "conv2", "bn2"),
            layer1: (0..spec.bottlenecks).map(bottleneck).collect(),
        }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.conv1.for_each(visit);
        self.conv2.for_each(visit);
        self.layer1.iter_mut().for_each(|block| block.for_each(visit));
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        out.extend([&self.conv1, &self.conv2]);
        self.layer1.iter().for_each(|block| block.units(out));
    }
}

/// Width of the features that leave the stem.
pub(crate) fn output_channels(spec: &StemSpec) -> usize {
    if spec.bottlenecks == 0 { spec.channels } else { spec.bottleneck_channels * spec.expansion }
}

impl<B: KernelBackend> Stem<B> {
    /// `[batch, 3, height, width]` to `[batch, out, height / 4, width / 4]`.
    pub fn forward(&self, images: Tensor<B, 4>, norms: &mut Norms<'_, B>) -> Tensor<B, 4> {
        let x = self.conv1.forward(images, Activation::Relu, norms);
        let x = self.conv2.forward(x, Activation::Relu, norms);
        self.layer1.iter().fold(x, |x, block| block.forward(x, norms))
    }
}
