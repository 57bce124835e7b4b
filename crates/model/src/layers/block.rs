//! Residual blocks: the basic block of the branches and the bottleneck of the stem.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{Activation, KernelBackend};

use super::initializer::Initializer;
use super::norms::Norms;
use super::unit::{ConvNorm, UnitShape};
use crate::files::parameters::Parameter;

/// Basic block: two 3x3 units and an identity shortcut at constant width.
#[derive(Module, Debug)]
pub(crate) struct BasicBlock<B: Backend> {
    conv1: ConvNorm<B>,
    conv2: ConvNorm<B>,
}

impl<B: Backend> BasicBlock<B> {
    pub fn new(initializer: &Initializer<'_, B>, channels: usize, name: &str) -> Self {
        let shape = UnitShape { input: channels, output: channels, kernel: 3, stride: 1 };
        let unit = |k: usize| {
            ConvNorm::new(initializer, shape, format!("{name}.conv{k}"), format!("{name}.bn{k}"))
        };
        Self { conv1: unit(1), conv2: unit(2) }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.conv1.for_each(visit);
        self.conv2.for_each(visit);
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        out.extend([&self.conv1, &self.conv2]);
    }
}

impl<B: KernelBackend> BasicBlock<B> {
    /// `[batch, channels, height, width]` to the same.
    pub fn forward(&self, x: Tensor<B, 4>, norms: &mut Norms<'_, B>) -> Tensor<B, 4> {
        let y = self.conv1.forward(x.clone(), Activation::Relu, norms);
        self.conv2.forward_residual(y, x, Activation::Relu, norms)
    }
}

/// Bottleneck: units of 1x1, 3x3 and 1x1, with a projected shortcut where the width changes.
#[derive(Module, Debug)]
pub(crate) struct Bottleneck<B: Backend> {
    conv1: ConvNorm<B>,
    conv2: ConvNorm<B>,
    conv3: ConvNorm<B>,
    downsample: Option<ConvNorm<B>>,
}

impl<B: Backend> Bottleneck<B> {
    pub fn new(
        initializer: &Initializer<'_, B>,
        [input, middle, output]: [usize; 3],
        name: &str,
    ) -> Self {
        let unit = |input, output, kernel, conv: &str, norm: &str| {
            let shape = UnitShape { input, output, kernel, stride: 1 };
            ConvNorm::new(initializer, shape, format!("{name}.{conv}"), format!("{name}.{norm}"))
        };
        Self {
            conv1: unit(input, middle, 1, "conv1", "bn1"),
            conv2: unit(middle, middle, 3, "conv2", "bn2"),
            conv3: unit(middle, output, 1, "conv3", "bn3"),
            downsample: (input != output)
                .then(|| unit(input, output, 1, "downsample.0", "downsample.1")),
        }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.conv1.for_each(visit);
        self.conv2.for_each(visit);
        self.conv3.for_each(visit);
        if let Some(unit) = &mut self.downsample {
            unit.for_each(visit);
        }
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        out.extend([&self.conv1, &self.conv2, &self.conv3]);
        out.extend(&self.downsample);
    }
}

impl<B: KernelBackend> Bottleneck<B> {
    /// `[batch, in, height, width]` to `[batch, out, height, width]`.
    pub fn forward(&self, x: Tensor<B, 4>, norms: &mut Norms<'_, B>) -> Tensor<B, 4> {
        let y = self.conv1.forward(x.clone(), Activation::Relu, norms);
        let y = self.conv2.forward(y, Activation::Relu, norms);
        let shortcut = match &self.downsample {
            Some(unit) => unit.forward(x, Activation::Identity, norms),
            None => x,
        };
        self.conv3.forward_residual(y, shortcut, Activation::Relu, norms)
    }
}
