//! Statistics of one batch.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use scalenas_kernels::Group;

/// Part of a batch whose other parts are on other devices.
#[derive(Debug, Clone)]
pub struct BatchShare {
    /// The devices.
    pub group: Arc<dyn Group>,
    /// Pictures of the whole batch.
    pub whole: usize,
}

/// Mean and biased variance of one batch, layer by layer, as one forward pass saw them.
#[derive(Debug, Clone)]
pub struct BatchStatistics<B: Backend> {
    layers: Vec<BatchLayer<B>>,
    /// Pictures.
    batch: usize,
    /// The other devices, where the batch is spread over several.
    share: Option<BatchShare>,
}

#[derive(Debug, Clone)]
pub(super) struct BatchLayer<B: Backend> {
    pub name: String,
    /// `[channels]`.
    pub mean: Tensor<B, 1>,
    /// `[channels]`, biased: divided by the number of samples.
    pub variance: Tensor<B, 1>,
    /// Batch x height x width.
    pub samples: usize,
}

impl<B: Backend> Default for BatchStatistics<B> {
    fn default() -> Self {
        Self { layers: Vec::new(), batch: 0, share: None }
    }
}

impl<B: Backend> BatchStatistics<B> {
    /// Empty, to be handed to one forward pass.
    pub fn new() -> Self {
        Self::default()
    }

    /// Empty, to be handed to one forward pass of a part of a batch; the statistics are those of the whole.
    pub fn shared(share: BatchShare) -> Self {
        Self { share: Some(share), ..Self::default() }
    }

    /// The devices over which the batch is spread.
    pub(crate) fn group(&self) -> Option<&Arc<dyn Group>> {
        self.share.as_ref().map(|share| &share.group)
    }

    /// Number of layers seen.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// True before any layer has run.
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

    /// The layers seen, in order of execution.
    pub(super) fn layers(&self) -> &[BatchLayer<B>] {
        &self.layers
    }

    /// Pictures in the batch.
    pub(super) fn batch(&self) -> usize {
        self.batch
    }

    /// Name of the first layer in order of execution whose statistics are infinite or no numbers.
    pub fn first_not_finite(&self) -> Option<&str> {
        let finite = |values: &Tensor<B, 1>| {
            let values = values.clone().into_data().convert::<f32>();
            values.iter::<f32>().all(f32::is_finite)
        };
        let is_bad = |layer: &&BatchLayer<B>| !(finite(&layer.mean) && finite(&layer.variance));
        self.layers.iter().find(is_bad).map(|layer| layer.name.as_str())
    }

    /// Adds a layer whose input had this shape on this device.
    pub(crate) fn record(
        &mut self,
        name: &str,
        mean: Tensor<B, 1>,
        variance: Tensor<B, 1>,
        [batch, _, height, width]: [usize; 4],
    ) {
        let batch = self.share.as_ref().map_or(batch, |share| share.whole);
        self.batch = batch;
        let samples = batch * height * width;
        self.layers.push(BatchLayer { name: name.to_owned(), mean, variance, samples });
    }
}

impl<B: AutodiffBackend> BatchStatistics<B> {
    /// Detaches the values from the autodiff graph.
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
        BatchStatistics { layers, batch: self.batch, share: self.share }
    }
}
