//! The weight-sharing supernet: every layer of the space, of which a forward pass runs one subnet.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{KernelBackend, ops};
use scalenas_space::plan::{Plan, Reach};
use scalenas_space::{Architecture, Head as HeadSpec, SpaceSpec};

use crate::backbone::Backbone;
use crate::error::Result;
use crate::head::Head;
use crate::norm::Norms;
use crate::parameters::{Absent, Applied, NamedParameters, NamedTensors, Parameter, apply};
use crate::prediction::Prediction;
use crate::scalenet::ScaleNet;
use crate::statistics::Statistics;
use crate::unit::{ConvNorm, Nursery};

/// SuperScaleNet of the paper.
#[derive(Module, Debug)]
pub struct Supernet<B: Backend> {
    backbone: Backbone<B>,
    head: Head<B>,
    #[module(skip)]
    spec: SpaceSpec,
}

impl<B: Backend> Supernet<B> {
    /// Creates the supernet of a space with the reference's initial weights: convolutions
    /// N(0, 0.001), scales 1, shifts and biases 0.
    pub fn new(spec: &SpaceSpec, seed: u64, device: &B::Device) -> Self {
        let nursery = Nursery { device, seed };
        Self {
            backbone: Backbone::new(&nursery, spec),
            head: Head::new(&nursery, spec),
            spec: spec.clone(),
        }
    }

    /// The search space.
    pub fn spec(&self) -> &SpaceSpec {
        &self.spec
    }

    /// The layers of `architecture` that influence its output.
    pub fn plan(&self, architecture: &Architecture) -> Plan {
        Plan::new(&self.spec, architecture, Reach::Live)
    }

    /// The layers of `architecture` that influence some of the heads.
    pub fn plan_for(&self, heads: &[HeadSpec], architecture: &Architecture) -> Plan {
        Plan::new(&self.spec.with_heads(heads), architecture, Reach::Live)
    }

    /// Mean 0 and variance 1 for every normalisation layer.
    pub fn initial_statistics(&self, device: &B::Device) -> Statistics<B> {
        Statistics::initial(self.norms(), device)
    }

    /// Takes over tensors by name; nothing changes if any has the wrong shape.
    pub fn load_named(
        &mut self,
        tensors: &NamedTensors,
        absent: Absent,
        origin: &str,
    ) -> Result<Applied> {
        let space = self.spec.name.clone();
        apply(self, tensors, absent, origin, &space)
    }

    /// The statistics of the layers that the source has: all, or those of the subnet that they were
    /// made for.
    pub fn load_statistics(
        &self,
        tensors: &NamedTensors,
        origin: &str,
        device: &B::Device,
    ) -> Result<Statistics<B>> {
        let (statistics, _) =
            Statistics::read(self.norms(), tensors, origin, &self.spec.name, device)?;
        Ok(statistics)
    }

    /// A stand-alone network that owns the live layers of `architecture` and their statistics.
    /// Its outputs are those of the supernet.
    pub fn extract(&self, architecture: &Architecture, statistics: &Statistics<B>) -> ScaleNet<B> {
        let plan = self.plan(architecture);
        ScaleNet::new(
            self.spec.clone(),
            architecture.clone(),
            self.backbone.restricted(&plan),
            self.head.clone(),
            statistics,
        )
    }

    /// Names and channels of the normalisation layers.
    fn norms(&self) -> Vec<(String, usize)> {
        let units = self.units();
        units.iter().map(|unit| (unit.norm_name.clone(), unit.channels())).collect()
    }

    fn units(&self) -> Vec<&ConvNorm<B>> {
        let mut units = Vec::new();
        self.backbone.units(&mut units);
        self.head.units(&mut units);
        units
    }
}

impl<B: KernelBackend> Supernet<B> {
    /// Runs one subnet on normalised pictures `[batch, 3, height, width]`; pose spaces give
    /// heatmaps `[batch, joints, height / 4, width / 4]`, segmentation spaces class scores
    /// `[batch, classes, height / 4, width / 4]`, both one after the other along the channels unless
    /// the plan is for one of them. Height and width are multiples of 32.
    pub fn forward(
        &self,
        images: Tensor<B, 4>,
        plan: &Plan,
        norms: &mut Norms<'_, B>,
    ) -> Tensor<B, 4> {
        self.predict(images, plan, norms).coarse
    }

    /// The same with the finer maps of heads that have some.
    pub fn predict(
        &self,
        images: Tensor<B, 4>,
        plan: &Plan,
        norms: &mut Norms<'_, B>,
    ) -> Prediction<B> {
        ops::join(self);
        let branches = self.backbone.forward(images, plan, norms);
        self.head.forward(branches, &plan.heads, norms)
    }
}

impl<B: Backend> NamedParameters<B> for Supernet<B> {
    fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.backbone.for_each(visit);
        self.head.for_each(visit);
    }
}
