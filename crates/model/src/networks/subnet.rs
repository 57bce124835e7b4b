//! The learnable part of one architecture.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_space::plan::{Plan, Reach};
use scalenas_space::{Architecture, SpaceSpec};

use super::backbone::Backbone;
use crate::files::parameters::{NamedParameters, Parameter};
use crate::layers::heads::{Heads, Prediction};
use crate::layers::initializer::Initializer;
use crate::layers::norms::Norms;
use crate::layers::unit::{ConvNorm, prepared};
use crate::statistics::BatchStatistics;

/// The live layers of one architecture, without statistics.
#[derive(Module, Debug)]
pub struct Subnet<B: Backend> {
    backbone: Backbone<B>,
    heads: Heads<B>,
    #[module(skip)]
    identity: Identity,
}

/// The network that the layers make.
#[derive(Debug, Clone)]
struct Identity {
    spec: SpaceSpec,
    architecture: Architecture,
    plan: Plan,
}

impl<B: Backend> Subnet<B> {
    /// Takes layers of a supernet; `backbone` may have more than the architecture needs.
    pub(super) fn new(
        spec: &SpaceSpec,
        architecture: &Architecture,
        backbone: &Backbone<B>,
        heads: Heads<B>,
    ) -> Self {
        let identity = Identity::new(spec, architecture);
        Self { backbone: backbone.restricted(&identity.plan), heads, identity }
    }

    /// Creates the live layers of an architecture, with weights to be replaced.
    pub(super) fn unset(spec: &SpaceSpec, architecture: &Architecture, device: &B::Device) -> Self {
        let identity = Identity::new(spec, architecture);
        let initializer = Initializer::zeros(device);
        Self {
            backbone: Backbone::new(&initializer, spec, Some(&identity.plan)),
            heads: Heads::new(&initializer, spec),
            identity,
        }
    }

    /// The architecture.
    pub fn architecture(&self) -> &Architecture {
        &self.identity.architecture
    }

    /// The space that it comes from.
    pub fn spec(&self) -> &SpaceSpec {
        &self.identity.spec
    }

    /// The units with a normalisation.
    pub(super) fn units(&self) -> Vec<&ConvNorm<B>> {
        units(&self.backbone, &self.heads)
    }

    /// Names and channels of the normalisation layers.
    pub(super) fn norms(&self) -> Vec<(String, usize)> {
        let units = self.units();
        units.iter().map(|unit| (unit.norm_name.clone(), unit.channels())).collect()
    }
}

/// The units of layers that have a normalisation.
pub(super) fn units<'a, B: Backend>(
    backbone: &'a Backbone<B>,
    heads: &'a Heads<B>,
) -> Vec<&'a ConvNorm<B>> {
    let mut found = Vec::new();
    backbone.units(&mut found);
    heads.units(&mut found);
    found
}

impl Identity {
    fn new(spec: &SpaceSpec, architecture: &Architecture) -> Self {
        let plan = Plan::new(spec, architecture, Reach::Live);
        Self { spec: spec.clone(), architecture: architecture.clone(), plan }
    }
}

impl<B: KernelBackend> Subnet<B> {
    /// Normalised pictures `[batch, 3, height, width]` to predictions, with batch statistics, which
    /// are added to `batch`: fine-tuning.
    pub fn observe(&self, images: Tensor<B, 4>, batch: &mut BatchStatistics<B>) -> Prediction<B> {
        let weights = prepared(&self.units(), images.dtype());
        self.run(images, &mut Norms::Batch { statistics: batch, weights })
    }

    /// Runs the layers with the norms of the caller's choice.
    pub(super) fn run(&self, images: Tensor<B, 4>, norms: &mut Norms<'_, B>) -> Prediction<B> {
        let branches = self.backbone.forward(images, &self.identity.plan, norms);
        self.heads.forward(branches, &self.identity.plan.heads, norms)
    }
}

impl<B: Backend> NamedParameters<B> for Subnet<B> {
    fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.backbone.for_each(visit);
        self.heads.for_each(visit);
    }
}
