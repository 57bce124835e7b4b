//! Held-out people of top-down pose, scored by the keypoint metric of their data set.

use std::sync::Arc;

use scalenas_data::{SkippedImage, TopDownDataset};
use scalenas_kernels::KernelBackend;

use super::predict::{EvaluateOptions, evaluate};
use crate::error::Result;
use crate::run::progress::Silent;
use crate::score::grade::{Figure, Grade};
use crate::score::keypoints::KeypointMetric;
use crate::score::network::Network;
use crate::task::interface::HeldOutData;

/// Held-out people with their ground truth.
#[derive(Clone)]
pub struct HeldOut {
    /// People to predict.
    pub dataset: Arc<TopDownDataset>,
    /// Ground truth of the same pictures.
    pub metric: KeypointMetric,
    /// Batch size, flip test, rules for results.
    pub options: EvaluateOptions,
}

impl HeldOutData for HeldOut {
    const FIGURE: Figure = Figure::AveragePrecision;

    fn samples(&self) -> usize {
        self.dataset.len()
    }

    fn skipped(&self) -> Vec<SkippedImage> {
        self.dataset.skipped()
    }

    fn part(&self, parts: usize) -> Option<Self> {
        let (metric, ids) = self.metric.part(parts);
        let dataset = Arc::new(self.dataset.on_images(&ids)?);
        Some(Self { dataset, metric, options: self.options.clone() })
    }

    fn grade<B: KernelBackend>(&self, net: &impl Network<B>, device: &B::Device) -> Result<Grade> {
        let found = evaluate(net, &self.dataset, &self.options, &Silent, device)?;
        self.metric.grade(&found.results)
    }

    fn resampled<B: KernelBackend>(
        &self,
        net: &impl Network<B>,
        device: &B::Device,
    ) -> Result<Vec<f64>> {
        let found = evaluate(net, &self.dataset, &self.options, &Silent, device)?;
        self.metric.resampled(&found.results)
    }
}
