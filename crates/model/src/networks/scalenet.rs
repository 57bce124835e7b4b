//! ScaleNet: one architecture as a network of its own, taken out of the supernet or read from a file.

use std::collections::BTreeSet;
use std::path::Path;

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_space::{Architecture, SpaceSpec};

use super::inference::InferenceNet;
use super::subnet::Subnet;
use crate::error::{Error, Result};
use crate::files::parameters::{Absent, NamedParameters, NamedTensors, apply};
use crate::files::store::{self, Contents};
use crate::layers::heads::Prediction;
use crate::layers::norms::Norms;
use crate::statistics::{MEAN, Statistics};

/// A stand-alone network: its live layers, their statistics, nothing of the rest of the space.
#[derive(Debug, Clone)]
pub struct ScaleNet<B: Backend> {
    layers: Subnet<B>,
    statistics: Statistics<B>,
}

impl<B: Backend> ScaleNet<B> {
    /// Learnable layers with the statistics that cover them; statistics of others are dropped.
    pub(super) fn new(layers: Subnet<B>, statistics: &Statistics<B>) -> Self {
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
        let mut layers = Subnet::unset(spec, architecture, device);
        apply(&mut layers, tensors, Absent::Refuse, origin, &spec.name)?;
        let norms = layers.norms();
        let (statistics, absent) = Statistics::read(norms, tensors, origin, &spec.name, device)?;
        if let Some(first) = absent.first() {
            return Err(Error::Missing {
                origin: origin.to_owned(),
                network: spec.name.clone(),
                count: absent.len(),
                first: format!("{first}{MEAN}"),
            });
        }
        Ok(Self { layers, statistics })
    }

    /// The architecture.
    pub fn architecture(&self) -> &Architecture {
        self.layers.architecture()
    }

    /// The space that it comes from.
    pub fn spec(&self) -> &SpaceSpec {
        self.layers.spec()
    }

    /// The learnable layers.
    pub fn layers(&self) -> &Subnet<B> {
        &self.layers
    }

    /// The normalisation statistics of its layers.
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

    /// Reads a file of [`ScaleNet::save`].
    pub fn load(path: &Path, device: &B::Device) -> Result<Self> {
        Self::from_contents(store::read(path)?, path, device)
    }

    /// Reads the bytes of a file of [`ScaleNet::save`]; `name` is for messages.
    pub fn from_bytes(bytes: &[u8], name: &str, device: &B::Device) -> Result<Self> {
        let path = Path::new(name);
        Self::from_contents(store::parse(bytes, path)?, path, device)
    }

    fn from_contents(contents: Contents, path: &Path, device: &B::Device) -> Result<Self> {
        let architecture =
            contents.architecture.ok_or_else(|| Error::Supernet { path: path.to_owned() })?;
        let origin = path.display().to_string();
        Self::from_named(&contents.spec, &architecture, &contents.tensors, &origin, device)
    }
}

impl<B: KernelBackend> ScaleNet<B> {
    /// Normalised pictures `[batch, 3, height, width]` to the predictions at stride 4.
    pub fn forward(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        self.predict(images).coarse
    }

    /// Normalised pictures `[batch, 3, height, width]` to the predictions at all strides.
    pub fn predict(&self, images: Tensor<B, 4>) -> Prediction<B> {
        self.layers.run(images, &mut Norms::Frozen(&self.statistics))
    }

    /// The network with its normalisation folded into the convolutions.
    pub fn fold(&self) -> InferenceNet<B> {
        InferenceNet::new(&self.layers, &self.statistics)
    }
}
