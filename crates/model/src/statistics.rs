//! Normalisation statistics, kept beside the shared weights.
//!
//! A weight-sharing supernet has one set of weights and as many sets of statistics as subnets: what
//! one subnet's layers see is not what another's see. Every evaluation therefore brings its own
//! [`Statistics`], calibrated for that subnet (exact averages over a few training batches), and
//! the shared weights are never touched.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use scalenas_kernels::{KernelBackend, ops};

use crate::error::{Error, Result};
use crate::parameters::NamedTensors;

/// Mean and variance of one normalisation layer, each `[channels]`.
#[derive(Debug, Clone)]
pub struct LayerStatistics<B: Backend> {
    /// Mean per channel.
    pub mean: Tensor<B, 1>,
    /// Variance per channel.
    pub variance: Tensor<B, 1>,
}

/// Statistics of one batch, layer by layer, as a forward pass saw them.
#[derive(Debug, Clone)]
pub struct BatchStatistics<B: Backend> {
    layers: Vec<BatchLayer<B>>,
    batch: usize,
}

#[derive(Debug, Clone)]
struct BatchLayer<B: Backend> {
    name: String,
    mean: Tensor<B, 1>,
    /// Biased: divided by the number of samples.
    variance: Tensor<B, 1>,
    /// Batch x height x width.
    samples: usize,
}

impl<B: Backend> Default for BatchStatistics<B> {
    fn default() -> Self {
        Self { layers: Vec::new(), batch: 0 }
    }
}

impl<B: Backend> BatchStatistics<B> {
    /// Empty, to be handed to one forward pass.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of layers seen.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether no layer has run yet.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// Names of the layers seen, in order of execution.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.layers.iter().map(|layer| layer.name.as_str())
    }

    /// The layers seen with their samples, batch x height x width, in order of execution.
    pub fn samples(&self) -> impl Iterator<Item = (&str, usize)> {
        self.layers.iter().map(|layer| (layer.name.as_str(), layer.samples))
    }

    pub(crate) fn record(
        &mut self,
        name: &str,
        mean: Tensor<B, 1>,
        variance: Tensor<B, 1>,
        [batch, _, height, width]: [usize; 4],
    ) {
        self.batch = batch;
        let samples = batch * height * width;
        self.layers.push(BatchLayer { name: name.to_owned(), mean, variance, samples });
    }
}

impl<B: AutodiffBackend> BatchStatistics<B> {
    /// The same values outside the autodiff graph.
    pub fn valid(self) -> BatchStatistics<B::InnerBackend> {
        let layers = self
            .layers
            .into_iter()
            .map(|layer| BatchLayer {
                name: layer.name,
                mean: layer.mean.inner(),
                variance: layer.variance.inner(),
                samples: layer.samples,
            })
            .collect();
        BatchStatistics { layers, batch: self.batch }
    }
}

/// Statistics of a network, by layer name.
#[derive(Debug, Clone)]
pub struct Statistics<B: Backend> {
    layers: BTreeMap<String, LayerStatistics<B>>,
}

impl<B: Backend> Statistics<B> {
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

    /// Whether there is no layer.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// The statistics of the layers that `keep` names.
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

    /// The entries of `tensors` for these layers, with the layers that `tensors` lacks.
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
        for layer in &batch.layers {
            let Some(old) = self.layers.get_mut(&layer.name) else { continue };
            let n = layer.samples as f64;
            let unbiased = if n > 1.0 { n / (n - 1.0) } else { 1.0 };
            let running = [old.mean.clone(), old.variance.clone()];
            let seen = [layer.mean.clone(), layer.variance.clone()];
            [old.mean, old.variance] = ops::move_statistics(running, seen, momentum, unbiased);
        }
    }
}

/// Checkpoint suffix of a mean.
pub(crate) const MEAN: &str = ".running_mean";
/// Checkpoint suffix of a variance.
pub(crate) const VARIANCE: &str = ".running_var";

/// Exact averages of batch statistics, weighted by batch size: the calibration of one subnet.
///
/// The variance is the average of the per-batch *biased* variances, as in the ScaleNAS reference.
#[derive(Debug, Clone)]
pub struct Calibration<B: Backend> {
    sums: BTreeMap<String, LayerStatistics<B>>,
    weight: f64,
}

impl<B: Backend> Default for Calibration<B> {
    fn default() -> Self {
        Self { sums: BTreeMap::new(), weight: 0.0 }
    }
}

impl<B: Backend> Calibration<B> {
    /// Starts empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one batch.
    pub fn add(&mut self, batch: &BatchStatistics<B>) {
        let weight = batch.batch as f64;
        self.weight += weight;
        for layer in &batch.layers {
            let mean = layer.mean.clone() * weight;
            let variance = layer.variance.clone() * weight;
            self.sums
                .entry(layer.name.clone())
                .and_modify(|sum| {
                    sum.mean = sum.mean.clone() + mean.clone();
                    sum.variance = sum.variance.clone() + variance.clone();
                })
                .or_insert(LayerStatistics { mean, variance });
        }
    }

    /// The averages; empty if no batch was added.
    pub fn finish(self) -> Statistics<B> {
        let weight = self.weight;
        let average = |sum: LayerStatistics<B>| LayerStatistics {
            mean: sum.mean / weight,
            variance: sum.variance / weight,
        };
        let layers = self.sums.into_iter().map(|(name, sum)| (name, average(sum))).collect();
        Statistics { layers }
    }
}
