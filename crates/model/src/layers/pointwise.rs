//! A 1x1 convolution with bias and no normalisation: the last layer of every head.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, ops};

use super::initializer::Initializer;
use crate::files::parameters::Parameter;

/// 1x1 convolution with bias, without normalisation.
#[derive(Module, Debug)]
pub(crate) struct Pointwise<B: Backend> {
    pub weight: Param<Tensor<B, 4>>,
    pub bias: Param<Tensor<B, 1>>,
    #[module(skip)]
    pub name: String,
}

impl<B: Backend> Pointwise<B> {
    pub fn new(initializer: &Initializer<'_, B>, input: usize, output: usize, name: &str) -> Self {
        Self {
            weight: initializer.kernel(name, [output, input, 1, 1]),
            bias: initializer.vector(0.0, output),
            name: name.to_owned(),
        }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        visit(&format!("{}.weight", self.name), Parameter::Kernel(&mut self.weight));
        visit(&format!("{}.bias", self.name), Parameter::Vector(&mut self.bias));
    }
}

impl<B: KernelBackend> Pointwise<B> {
    /// `[batch, in, height, width]` to `[batch, out, height, width]`.
    pub fn forward(&self, x: Tensor<B, 4>) -> Tensor<B, 4> {
        let geometry = ConvGeometry { stride: 1, padding: 0 };
        ops::conv_bias(x, self.weight.val(), self.bias.val(), None, Activation::Identity, geometry)
    }
}
