//! Fusion edge: features of one branch for another in one step.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{Activation, KernelBackend};

use super::initializer::Initializer;
use super::norms::Norms;
use super::unit::{ConvNorm, UnitShape};
use crate::files::parameters::Parameter;

/// Edge from one branch to another. From coarser to finer it is a 1x1 unit (the nearest upsampling
/// belongs to the fusion sum); from finer to coarser a chain of 3x3 stride-2 units, of which only the
/// last changes the width and has no activation.
#[derive(Module, Debug)]
pub(crate) struct FusionEdge<B: Backend> {
    chain: Vec<ConvNorm<B>>,
}

impl<B: Backend> FusionEdge<B> {
    /// Edge `source → target` between branches of the given widths.
    pub fn new(
        initializer: &Initializer<'_, B>,
        widths: &[usize],
        target: usize,
        source: usize,
        name: &str,
    ) -> Self {
        let (input, last) = (widths[source], widths[target]);
        if source > target {
            let shape = UnitShape { input, output: last, kernel: 1, stride: 1 };
            let unit = ConvNorm::new(initializer, shape, format!("{name}.0"), format!("{name}.1"));
            return Self { chain: vec![unit] };
        }
        let count = target - source;
        let unit = |k: usize| {
            let output = if k + 1 == count { last } else { input };
            let shape = UnitShape { input, output, kernel: 3, stride: 2 };
            ConvNorm::new(initializer, shape, format!("{name}.{k}.0"), format!("{name}.{k}.1"))
        };
        Self { chain: (0..count).map(unit).collect() }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.chain.iter_mut().for_each(|unit| unit.for_each(visit));
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        out.extend(&self.chain);
    }
}

impl<B: KernelBackend> FusionEdge<B> {
    /// `[batch, source width, height, width]` to the target's width, at the target's size for
    /// finer sources and at the source's own size for coarser ones.
    pub fn forward(&self, x: Tensor<B, 4>, norms: &mut Norms<'_, B>) -> Tensor<B, 4> {
        let (last, x) = self.until_last(x, norms);
        last.forward(x, Activation::Identity, norms)
    }

    /// `activation(edge(x) + sum)`, of a finer source: what it adds to has the target's size.
    pub fn forward_onto(
        &self,
        sum: Tensor<B, 4>,
        x: Tensor<B, 4>,
        activation: Activation,
        norms: &mut Norms<'_, B>,
    ) -> Tensor<B, 4> {
        let (last, x) = self.until_last(x, norms);
        last.forward_residual(x, sum, activation, norms)
    }

    /// The last unit and its input.
    fn until_last(
        &self,
        x: Tensor<B, 4>,
        norms: &mut Norms<'_, B>,
    ) -> (&ConvNorm<B>, Tensor<B, 4>) {
        let (last, others) = self.chain.split_last().expect("an edge has a unit");
        let x = others.iter().fold(x, |x, unit| unit.forward(x, Activation::Relu, norms));
        (last, x)
    }
}
