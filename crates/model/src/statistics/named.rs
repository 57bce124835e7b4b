//! Statistics of a network, in memory and under the names of PyTorch checkpoints.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{KernelBackend, ops};

use super::batch::BatchStatistics;
use super::layer::LayerStatistics;
use crate::error::{Error, Result};
use crate::files::parameters::NamedTensors;

/// Checkpoint suffix of a mean.
pub(crate) const MEAN: &str = ".running_mean";
/// Checkpoint suffix of a variance.
const VARIANCE: &str = ".running_var";

/// Mean and variance of the normalisation layers of a network, by layer name.
#[derive(Debug, Clone)]
pub struct Statistics<B: Backend> {
    layers: BTreeMap<String, LayerStatistics<B>>,
}

impl<B: Backend> Statistics<B> {
    /// Statistics by layer name.
    pub(super) fn new(layers: BTreeMap<String, LayerStatistics<B>>) -> Self {
        Self { layers }
    }

    /// Mean 0 and variance 1 for every layer of `(name, channels)`.
    pub fn initial(layers: impl IntoIterator<Item = (String, usize)>, device: &B::Device) -> Self {
        let layers = layers
            .into_iter()
            .map(|(name, channels)| {
                let mean = Tensor::zeros([channels], device);
                let variance = Tensor::ones([channels], device);
                (name, LayerStatistics { mean, variance })
            })
            .collect();
        Self { layers }
    }

    /// The statistics of a layer, if it has any.
    pub fn get(&self, name: &str) -> Option<&LayerStatistics<B>> {
        self.layers.get(name)
    }

    /// All layers in name order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &LayerStatistics<B>)> {
        self.layers.iter().map(|(name, layer)| (name.as_str(), layer))
    }

    /// Number of layers.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// True without any layer.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// Keeps the layers that `keep` accepts by name.
    #[must_use]
    pub fn restricted(&self, keep: impl Fn(&str) -> bool) -> Self {
        let layers = self.layers.iter().filter(|(name, _)| keep(name));
        Self { layers: layers.map(|(name, layer)| (name.clone(), layer.clone())).collect() }
    }

    /// Checkpoint entries `NAME.running_mean` and `NAME.running_var`.
    pub fn to_named(&self) -> NamedTensors {
        let mut tensors = NamedTensors::new();
        for (name, layer) in &self.layers {
            tensors.insert(format!("{name}{MEAN}"), layer.mean.to_data());
            tensors.insert(format!("{name}{VARIANCE}"), layer.variance.to_data());
        }
        tensors
    }

    /// Reads the entries of `tensors` for layers given by name and channels. Returns the layers that
    /// `tensors` lacks beside them.
    ///
    /// # Errors
    /// Names key and both shapes where they differ, or the absent one of a layer's two entries.
    pub(crate) fn read(
        layers: impl IntoIterator<Item = (String, usize)>,
        tensors: &NamedTensors,
        origin: &str,
        network: &str,
        device: &B::Device,
    ) -> Result<(Self, Vec<String>)> {
        let vector = |key: &str, channels: usize| -> Result<Option<Tensor<B, 1>>> {
            let Some(data) = tensors.get(key) else { return Ok(None) };
            if data.shape.as_slice() == [channels] {
                return Ok(Some(Tensor::from_data(data.clone(), device)));
            }
            Err(Error::Shape {
                key: key.to_owned(),
                origin: origin.to_owned(),
                network: network.to_owned(),
                found: data.shape.to_vec(),
                expected: vec![channels],
            })
        };
        let (mut read, mut absent) = (BTreeMap::new(), Vec::new());
        for (name, channels) in layers {
            let keys = [MEAN, VARIANCE].map(|suffix| format!("{name}{suffix}"));
            match (vector(&keys[0], channels)?, vector(&keys[1], channels)?) {
                (Some(mean), Some(variance)) => {
                    read.insert(name, LayerStatistics { mean, variance });
                }
                (None, None) => absent.push(name),
                (mean, _) => {
                    let [first, second] = keys;
                    let first = if mean.is_none() { first } else { second };
                    let (origin, network) = (origin.to_owned(), network.to_owned());
                    return Err(Error::Missing { origin, network, count: 1, first });
                }
            }
        }
        Ok((Self { layers: read }, absent))
    }
}

impl<B: KernelBackend> Statistics<B> {
    /// Moves the layers seen in `batch` by `momentum` towards it, as PyTorch does: the variance is
    /// the unbiased one. Layers that did not run keep their values.
    pub fn update(&mut self, batch: &BatchStatistics<B>, momentum: f64) {
        for layer in batch.layers() {
            let Some(old) = self.layers.get_mut(&layer.name) else { continue };
            let n = layer.samples as f64;
            let unbiased = if n > 1.0 { n / (n - 1.0) } else { 1.0 };
            let running = [old.mean.clone(), old.variance.clone()];
            let seen = [layer.mean.clone(), layer.variance.clone()];
            [old.mean, old.variance] = ops::move_statistics(running, seen, momentum, unbiased);
        }
    }
}
