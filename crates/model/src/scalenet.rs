//! ScaleNet: one architecture as a network of its own, taken out of the supernet.

use std::collections::BTreeSet;
use std::path::Path;

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_space::plan::{Plan, Reach};
use scalenas_space::{Architecture, SpaceSpec};

use crate::backbone::Backbone;
use crate::error::Result;
use crate::fold::InferenceNet;
use crate::head::Head;
use crate::norm::Norms;
use crate::parameters::{Absent, NamedParameters, NamedTensors, Parameter, apply};
use crate::prediction::Prediction;
use crate::statistics::{MEAN, Statistics};
use crate::store::{self, Contents};
use crate::supernet::Supernet;
use crate::unit::ConvNorm;

/// A stand-alone network: its live layers, their statistics, nothing of the rest of the space.
#[derive(Debug, Clone)]
pub struct ScaleNet<B: Backend> {
    layers: Subnet<B>,
    statistics: Statistics<B>,
}

/// The learnable part of a [`ScaleNet`].
#[derive(Module, Debug)]
pub struct Subnet<B: Backend> {
    backbone: Backbone<B>,
    head: Head<B>,
    #[module(skip)]
    identity: Identity,
}

/// Which network it is.
#[derive(Debug, Clone)]
struct Identity {
    spec: SpaceSpec,
    architecture: Architecture,
    plan: Plan,
}

impl<B: Backend> ScaleNet<B> {
    pub(crate) fn new(
        spec: SpaceSpec,
        architecture: Architecture,
        backbone: Backbone<B>,
        head: Head<B>,
        statistics: &Statistics<B>,
    ) -> Self {
        let plan = Plan::new(&spec, &architecture, Reach::Live);
        let identity = Identity { spec, architecture, plan };
        Self::from_parts(Subnet { backbone, head, identity }, statistics)
    }

    /// Learnable layers with the statistics that cover them; statistics of others are dropped.
    pub fn from_parts(layers: Subnet<B>, statistics: &Statistics<B>) -> Self {
        let units = layers.units();
        let names: BTreeSet<&str> = units.iter().map(|unit| unit.norm_name.as_str()).collect();
        let statistics = statistics.restricted(|name| names.contains(name));
        Self { layers, statistics }
    }

    /// Builds the network of `architecture` from named tensors, which must cover it.
    pub fn from_named(
        spec: &SpaceSpec,
        architecture: &Architecture,
        tensors: &NamedTensors,
        origin: &str,
        device: &B::Device,
    ) -> Result<Self> {
        architecture.validate(spec)?;
        let supernet = Supernet::new(spec, 0, device);
        let mut network = supernet.extract(architecture, &supernet.initial_statistics(device));
        apply(&mut network.layers, tensors, Absent::Refuse, origin, &spec.name)?;
        let units = network.layers.units();
        let layers = units.iter().map(|unit| (unit.norm_name.clone(), unit.channels()));
        let (statistics, absent) = Statistics::read(layers, tensors, origin, &spec.name, device)?;
        if let Some(first) = absent.first() {
            return Err(crate::Error::Missing {
                origin: origin.to_owned(),
                network: spec.name.clone(),
                count: absent.len(),
                first: format!("{first}{MEAN}"),
            });
        }
        network.statistics = statistics;
        Ok(network)
    }

    /// The architecture.
    pub fn architecture(&self) -> &Architecture {
        &self.layers.identity.architecture
    }

    /// The space that it comes from.
    pub fn spec(&self) -> &SpaceSpec {
        &self.layers.identity.spec
    }

    /// The learnable layers.
    pub fn layers(&self) -> &Subnet<B> {
        &self.layers
    }

    /// Its normalisation statistics.
    pub fn statistics(&self) -> &Statistics<B> {
        &self.statistics
    }

    /// Number of learnable values.
    pub fn parameters(&self) -> usize {
        self.layers.num_params()
    }

    /// Writes weights, statistics, space and architecture to a safetensors file.
    pub fn save(&self, path: &Path) -> Result<()> {
        let mut tensors = self.layers.to_named();
        tensors.extend(self.statistics.to_named());
        let contents = Contents {
            spec: self.spec().clone(),
            architecture: Some(self.architecture().clone()),
            tensors,
        };
        store::write(path, &contents)
    }

    /// Reads what [`ScaleNet::save`] wrote.
    pub fn load(path: &Path, device: &B::Device) -> Result<Self> {
        let contents = store::read(path)?;
        let architecture = contents.architecture.ok_or_else(|| crate::Error::Format {
            path: path.to_owned(),
            expected: "a ScaleNet",
            reason: "it holds a supernet; take one network out with import --arch".to_owned(),
        })?;
        let origin = path.display().to_string();
        Self::from_named(&contents.spec, &architecture, &contents.tensors, &origin, device)
    }
}

impl<B: Backend> Subnet<B> {
    pub(crate) fn units(&self) -> Vec<&ConvNorm<B>> {
        let mut units = Vec::new();
        self.backbone.units(&mut units);
        self.head.units(&mut units);
        units
    }
}

impl<B: KernelBackend> ScaleNet<B> {
    /// Normalised pictures `[batch, 3, height, width]` to the head's prediction at stride 4.
    pub fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        self.predict(images).coarse
    }

    /// The same with the finer maps of heads that have some.
    pub fn predict(&self, images: Tensor<B, 4>) -> Prediction<B> {
        self.layers.predict(images, &mut Norms::Frozen(&self.statistics))
    }

    /// The same network with its normalisation folded into the convolutions.
    pub fn fold(&self) -> InferenceNet<B> {
        InferenceNet::new(self)
    }
}

impl<B: KernelBackend> Subnet<B> {
    /// The same with the norms of the caller's choice: batch statistics while fine-tuning.
    pub fn forward(&self, images: Tensor<B, 4>, norms: &mut Norms<'_, B>) -> Tensor<B, 4> {
        self.predict(images, norms).coarse
    }

    /// The same with the finer maps of heads that have some.
    pub fn predict(&self, images: Tensor<B, 4>, norms: &mut Norms<'_, B>) -> Prediction<B> {
        let branches = self.backbone.forward(images, &self.identity.plan, norms);
        self.head.forward(branches, &self.identity.plan.heads, norms)
    }
}

impl<B: Backend> NamedParameters<B> for Subnet<B> {
    fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.backbone.for_each(visit);
        self.head.for_each(visit);
    }
}
