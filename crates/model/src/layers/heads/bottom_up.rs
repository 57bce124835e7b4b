//! Higher-resolution head: heatmaps and tags at stride 4, heatmaps again at stride 2.
//!
//! Source: HigherHRNet reference.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{Activation, KernelBackend};
use scalenas_space::layers::BOTTOM_UP_BLOCKS;

use super::prediction::Prediction;
use crate::files::parameters::Parameter;
use crate::layers::block::BasicBlock;
use crate::layers::initializer::Initializer;
use crate::layers::norms::Norms;
use crate::layers::pointwise::Pointwise;
use crate::layers::unit::ConvNorm;

/// Bottom-up head, the reference's `final_layers` and `deconv_layers`.
#[derive(Module, Debug)]
pub(crate) struct BottomUpHead<B: Backend> {
    coarse: Pointwise<B>,
    double: ConvNorm<B>,
    blocks: Vec<BasicBlock<B>>,
    fine: Pointwise<B>,
}

impl<B: Backend> BottomUpHead<B> {
    pub fn new(initializer: &Initializer<'_, B>, width: usize, joints: usize) -> Self {
        let maps = 2 * joints;
        let names = ("deconv_layers.0.0.0".to_owned(), "deconv_layers.0.0.1".to_owned());
        let block = |k| BasicBlock::new(initializer, width, &format!("deconv_layers.0.{k}.0"));
        Self {
            coarse: Pointwise::new(initializer, width, maps, "final_layers.0"),
            double: ConvNorm::doubling(initializer, [width + maps, width], names.0, names.1),
            blocks: (1..=BOTTOM_UP_BLOCKS).map(block).collect(),
            fine: Pointwise::new(initializer, width, joints, "final_layers.1"),
        }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.coarse.for_each(visit);
        self.double.for_each(visit);
        self.blocks.iter_mut().for_each(|block| block.for_each(visit));
        self.fine.for_each(visit);
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        out.push(&self.double);
        self.blocks.iter().for_each(|block| block.units(out));
    }
}

impl<B: KernelBackend> BottomUpHead<B> {
    /// Branch 0 to `[batch, 2 * joints, height / 4, width / 4]` (heatmaps, then tags) and
    /// `[batch, joints, height / 2, width / 2]`.
    pub fn forward(&self, x: Tensor<B, 4>, norms: &mut Norms<'_, B>) -> Prediction<B> {
        let coarse = self.coarse.forward(x.clone());
        let features = Tensor::cat(vec![x, coarse.clone()], 1);
        let features = self.double.forward(features, Activation::Relu, norms);
        let features = self.blocks.iter().fold(features, |x, block| block.forward(x, norms));
        Prediction { coarse, fine: Some(self.fine.forward(features)) }
    }
}
