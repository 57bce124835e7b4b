//! Top-down head: one 1x1 convolution on the finest branch.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;

use crate::files::parameters::Parameter;
use crate::layers::initializer::Initializer;
use crate::layers::pointwise::Pointwise;

/// Features of branch 0 to one heatmap per joint.
#[derive(Module, Debug)]
pub(crate) struct TopDownHead<B: Backend> {
    final_layer: Pointwise<B>,
}

impl<B: Backend> TopDownHead<B> {
    pub fn new(initializer: &Initializer<'_, B>, width: usize, joints: usize) -> Self {
        Self { final_layer: Pointwise::new(initializer, width, joints, "final_layer") }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.final_layer.for_each(visit);
    }
}

impl<B: KernelBackend> TopDownHead<B> {
    /// `[batch, width, height, width]` to `[batch, joints, height, width]`.
    pub fn forward(&self, x: Tensor<B, 4>) -> Tensor<B, 4> {
        self.final_layer.forward(x)
    }
}
