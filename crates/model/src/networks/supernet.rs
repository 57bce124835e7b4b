//! The weight-sharing supernet: every layer of the space, of which a forward pass runs one subnet.

use std::collections::BTreeSet;

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{KernelBackend, ops};
use scalenas_space::plan::{Plan, Reach};
use scalenas_space::{Architecture, Head, SpaceSpec};

use super::backbone::Backbone;
use super::calibrated::Calibrated;
use super::scalenet::ScaleNet;
use super::subnet::{Subnet, units};
use crate::error::Result;
use crate::files::parameters::{Absent, Applied, NamedParameters, NamedTensors, Parameter, apply};
use crate::layers::folded::Folded;
use crate::layers::heads::{Heads, Prediction};
use crate::layers::initializer::Initializer;
use crate::layers::norms::Norms;
use crate::layers::unit::{ConvNorm, prepared};
use crate::statistics::{BatchStatistics, Statistics};

/// Weight-sharing supernet (SuperScaleNet in the paper).
#[derive(Module, Debug)]
pub struct Supernet<B: Backend> {
    backbone: Backbone<B>,
    heads: Heads<B>,
    #[module(skip)]
    spec: SpaceSpec,
}

impl<B: Backend> Supernet<B> {
    /// Creates the supernet of a space with the reference's initial weights: convolutions
    /// N(0, 0.001), scales 1, shifts and biases 0.
    pub fn new(spec: &SpaceSpec, seed: u64, device: &B::Device) -> Self {
        let initializer = Initializer::random(device, seed);
        Self {
            backbone: Backbone::new(&initializer, spec, None),
            heads: Heads::new(&initializer, spec),
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
    pub fn plan_for(&self, heads: &[Head], architecture: &Architecture) -> Plan {
        Plan::new(&self.spec.with_heads(heads), architecture, Reach::Live)
    }

    /// Mean 0 and variance 1 for every normalisation layer.
    pub fn initial_statistics(&self, device: &B::Device) -> Statistics<B> {
        Statistics::initial(self.norms(), device)
    }

    /// Replaces weights by name; nothing changes if any tensor has the wrong shape.
    pub fn load_named(
        &mut self,
        tensors: &NamedTensors,
        absent: Absent,
        origin: &str,
    ) -> Result<Applied> {
        let space = self.spec.name.clone();
        apply(self, tensors, absent, origin, &space)
    }

    /// Reads the statistics of the layers that the source has: all, or those of the subnet that they
    /// were made for.
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

    /// A subnet with running statistics of training, or of a checkpoint. They fit the one architecture
    /// that was trained; those of a supernet with many need a [`Calibration`](crate::Calibration).
    ///
    /// # Panics
    /// If `running` lacks a layer of the plan.
    pub fn with_running_statistics(&self, plan: Plan, running: &Statistics<B>) -> Calibrated<B> {
        let names = self.norm_names(&plan);
        for name in &names {
            assert!(running.get(name).is_some(), "no statistics for layer {name}");
        }
        Calibrated::new(plan, running.restricted(|name| names.contains(name)))
    }

    /// A stand-alone network that owns the live layers of `architecture` and their statistics.
    /// Its outputs are those of the supernet.
    ///
    /// # Panics
    /// If `calibrated` is another subnet.
    pub fn extract(&self, architecture: &Architecture, calibrated: &Calibrated<B>) -> ScaleNet<B> {
        let found = self.norm_names(calibrated.plan());
        let mut plans = [Reach::Live, Reach::Executed].into_iter();
        assert!(
            plans
                .any(|reach| found == self.norm_names(&Plan::new(&self.spec, architecture, reach))),
            "the statistics were calibrated for another subnet than {}",
            architecture.id(&self.spec)
        );
        let layers = Subnet::new(&self.spec, architecture, &self.backbone, self.heads.clone());
        ScaleNet::new(layers, calibrated.statistics())
    }

    /// Names of the normalisation layers that a plan runs, with those of all heads.
    fn norm_names(&self, plan: &Plan) -> BTreeSet<String> {
        let (backbone, heads) = self.part(plan);
        units(&backbone, &heads).into_iter().map(|unit| unit.norm_name.clone()).collect()
    }

    /// The layers that a plan runs, with all heads.
    fn part(&self, plan: &Plan) -> (Backbone<B>, Heads<B>) {
        (self.backbone.restricted(plan), self.heads.clone())
    }

    /// Names and channels of the normalisation layers.
    pub(super) fn norms(&self) -> Vec<(String, usize)> {
        let units = self.units();
        units.iter().map(|unit| (unit.norm_name.clone(), unit.channels())).collect()
    }

    fn units(&self) -> Vec<&ConvNorm<B>> {
        units(&self.backbone, &self.heads)
    }
}

impl<B: KernelBackend> Supernet<B> {
    /// Evaluates a subnet on normalised pictures `[batch, 3, height, width]`, whose height and width are
    /// multiples of 32. Top-down heads give heatmaps `[batch, joints, height / 4, width / 4]`,
    /// segmentation heads class scores `[batch, classes, height / 4, width / 4]`, several heads one
    /// after the other along the channels, in the order of the plan.
    pub fn predict(&self, images: Tensor<B, 4>, subnet: &Calibrated<B>) -> Prediction<B> {
        self.run(images, subnet.plan(), &mut Norms::Frozen(subnet.statistics()))
    }

    /// Runs the layers of `plan` with batch statistics, which are added to `batch`: training and
    /// calibration. Shapes are those of [`Self::predict`].
    pub fn observe(
        &self,
        images: Tensor<B, 4>,
        plan: &Plan,
        batch: &mut BatchStatistics<B>,
    ) -> Prediction<B> {
        let part = self.part(plan);
        ops::join(&part);
        let weights = prepared(&units(&part.0, &part.1), images.dtype());
        self.forward(images, plan, &mut Norms::Batch { statistics: batch, weights })
    }

    /// Folded units of a subnet. Of several heads, those that it does not run have no statistics.
    pub(super) fn fold(&self, subnet: &Calibrated<B>) -> Folded<B> {
        let (backbone, heads) = self.part(subnet.plan());
        let folded = units(&backbone, &heads).into_iter().filter_map(|unit| {
            let layer = subnet.statistics().get(&unit.norm_name)?;
            Some((unit.norm_name.clone(), unit.fold(layer)))
        });
        Folded::new(folded)
    }

    /// Runs the layers of a plan with the norms of the caller's choice.
    pub(super) fn run(
        &self,
        images: Tensor<B, 4>,
        plan: &Plan,
        norms: &mut Norms<'_, B>,
    ) -> Prediction<B> {
        ops::join(&self.part(plan));
        self.forward(images, plan, norms)
    }

    /// Runs the layers of a plan, which are joined: only they, for others would carry the records of earlier steps along,
    /// which are then never freed.
    fn forward(
        &self,
        images: Tensor<B, 4>,
        plan: &Plan,
        norms: &mut Norms<'_, B>,
    ) -> Prediction<B> {
        let branches = self.backbone.forward(images, plan, norms);
        self.heads.forward(branches, &plan.heads, norms)
    }
}

impl<B: Backend> NamedParameters<B> for Supernet<B> {
    fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.backbone.for_each(visit);
        self.heads.for_each(visit);
    }
}
