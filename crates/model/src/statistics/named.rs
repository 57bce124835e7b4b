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
const MEAN: &str = ".running_mean";
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

    /// Replaces the values of all layers by the entries of `tensors`, after checking all shapes, so that
    /// an error changes nothing.
    ///
    /// # Errors
    /// Names key and both shapes where they differ, or the first absent key.
    pub(crate) fn apply(
        &mut self,
        tensors: &NamedTensors,
        origin: &str,
        network: &str,
        device: &B::Device,
    ) -> Result<()> {
        let mut layers = self.layers.clone();
        let mut missing = Vec::new();
        for (name, layer) in &mut layers {
            for (suffix, vector) in [(MEAN, &mut layer.mean), (VARIANCE, &mut layer.variance)] {
                let key = format!("{name}{suffix}");
                let Some(data) = tensors.get(&key) else {
                    missing.push(key);
                    continue;
                };
                let expected = vector.dims().to_vec();
                if data.shape.as_slice() != expected.as_slice() {
                    let (origin, network) = (origin.to_owned(), network.to_owned());
                    let found = data.shape.to_vec();
                    return Err(Error::Shape { key, origin, network, found, expected });
                }
                *vector = Tensor::from_data(data.clone(), device);
            }
        }
        if let Some(first) = missing.first() {
            return Err(Error::Missing {
                origin: origin.to_owned(),
                network: network.to_owned(),
                count: missing.len(),
                first: first.clone(),
            });
        }
        self.layers = layers;
        Ok(())
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
