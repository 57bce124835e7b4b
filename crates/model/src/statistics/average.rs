//! Exact averages over batches.

use std::collections::BTreeMap;

use burn::tensor::backend::Backend;

use super::batch::BatchStatistics;
use super::layer::LayerStatistics;
use super::named::Statistics;

/// Averages of batch statistics, weighted by batch size.
///
/// The variance is the average of the per-batch *biased* variances, as in the ScaleNAS reference.
#[derive(Debug, Clone)]
pub(crate) struct Average<B: Backend> {
    sums: BTreeMap<String, LayerStatistics<B>>,
    weight: f64,
}

impl<B: Backend> Default for Average<B> {
    fn default() -> Self {
        Self { sums: BTreeMap::new(), weight: 0.0 }
    }
}

impl<B: Backend> Average<B> {
    /// Adds one batch.
    pub fn add(&mut self, batch: &BatchStatistics<B>) {
        let weight = batch.batch() as f64;
        self.weight += weight;
        for layer in batch.layers() {
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
        Statistics::new(layers)
    }
}
