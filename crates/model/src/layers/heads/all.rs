//! All heads of a space over one backbone.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_kernels::precision::full;
use scalenas_space::{Head as HeadSpec, SpaceSpec};

use super::head::Head;
use super::prediction::Prediction;
use crate::files::parameters::Parameter;
use crate::layers::initializer::Initializer;
use crate::layers::norms::Norms;
use crate::layers::step::Branches;
use crate::layers::unit::ConvNorm;

/// Heads of a space, in its order.
#[derive(Module, Debug)]
pub(crate) struct Heads<B: Backend> {
    heads: Vec<Head<B>>,
}

impl<B: Backend> Heads<B> {
    pub fn new(initializer: &Initializer<'_, B>, space: &SpaceSpec) -> Self {
        let heads = space.heads.iter().map(|&head| Head::new(initializer, space, head));
        Self { heads: heads.collect() }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.heads.iter_mut().for_each(|head| head.for_each(visit));
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        self.heads.iter().for_each(|head| head.units(out));
    }
}

impl<B: KernelBackend> Heads<B> {
    /// The predictions of the `wanted` heads in float32: maps of stride 4 along the channels in the
    /// order of the space, and the finer maps of the head that has them.
    pub fn forward(
        &self,
        branches: Branches<B>,
        wanted: &[HeadSpec],
        norms: &mut Norms<'_, B>,
    ) -> Prediction<B> {
        let live: Vec<Tensor<B, 4>> = branches.into_iter().flatten().collect();
        let asked = self.heads.iter().filter(|head| wanted.iter().any(|wanted| head.is(wanted)));
        let (coarse, fine): (Vec<_>, Vec<_>) = asked
            .map(|head| head.forward(&live, norms))
            .map(|Prediction { coarse, fine }| (coarse, fine))
            .unzip();
        Prediction {
            coarse: full(side_by_side(coarse)),
            fine: fine.into_iter().flatten().next().map(full),
        }
    }
}

/// Maps along the channels, without a copy where there is one.
fn side_by_side<B: Backend>(mut maps: Vec<Tensor<B, 4>>) -> Tensor<B, 4> {
    match maps.len() {
        1 => maps.remove(0),
        _ => Tensor::cat(maps, 1),
    }
}
