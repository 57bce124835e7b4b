//! Segmentation head: all branches at stride 4, concatenated, and two 1x1 convolutions.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{Activation, KernelBackend};

use crate::files::parameters::Parameter;
use crate::layers::initializer::Initializer;
use crate::layers::norms::Norms;
use crate::layers::pointwise::Pointwise;
use crate::layers::unit::{ConvNorm, UnitShape};

/// Segmentation head, the reference's `last_layer`.
#[derive(Module, Debug)]
pub(crate) struct SegmentationHead<B: Backend> {
    merge: ConvNorm<B>,
    classify: Pointwise<B>,
}

impl<B: Backend> SegmentationHead<B> {
    /// Creates the head; `width` is the sum of the branches' widths.
    pub fn new(initializer: &Initializer<'_, B>, width: usize, classes: usize) -> Self {
        let shape = UnitShape { input: width, output: width, kernel: 1, stride: 1 };
        let names = ("last_layer.0".to_owned(), "last_layer.1".to_owned());
        Self {
            merge: ConvNorm::new(initializer, shape, names.0, names.1).with_bias(initializer),
            classify: Pointwise::new(initializer, width, classes, "last_layer.3"),
        }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.merge.for_each(visit);
        self.classify.for_each(visit);
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        out.push(&self.merge);
    }
}

impl<B: KernelBackend> SegmentationHead<B> {
    /// Branches at strides 4, 8, 16, 32 to `[batch, classes, height / 4, width / 4]`.
    pub fn forward(&self, branches: Vec<Tensor<B, 4>>, norms: &mut Norms<'_, B>) -> Tensor<B, 4> {
        self.classify.forward(self.merge.forward_merged(branches, Activation::Relu, norms))
    }
}
