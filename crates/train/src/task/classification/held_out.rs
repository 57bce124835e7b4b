//! Held-out pictures of classification, scored by the share whose class comes first.

use std::sync::Arc;

use scalenas_data::{ClassificationDataset, SkippedImage};
use scalenas_eval::classification::{Tally, TopStats, order, resampled_top1};
use scalenas_kernels::KernelBackend;

use super::predict::{ClassifyOptions, classify_all};
use crate::error::Result;
use crate::run::progress::{Progress, Silent};
use crate::score::grade::{Figure, Grade};
use crate::score::network::Network;
use crate::task::interface::HeldOutData;

/// Held-out pictures with their classes.
#[derive(Clone)]
pub struct HeldOut {
    /// Pictures to predict.
    pub dataset: Arc<ClassificationDataset>,
    /// Batch size, flip test.
    pub options: ClassifyOptions,
}

impl HeldOut {
    /// Figures of a network over all pictures.
    ///
    /// # Errors
    /// If a picture cannot be read.
    pub fn stats<B: KernelBackend>(
        &self,
        net: &impl Network<B>,
        progress: &dyn Progress,
        device: &B::Device,
    ) -> Result<TopStats> {
        let list = self.dataset.list();
        let mut tally = Tally::new(self.dataset.facts().classes.len());
        classify_all(net, &self.dataset, &self.options, progress, device, |index, scores| {
            Ok(tally.add(list[index].class, scores)?)
        })?;
        Ok(tally.stats())
    }
}

impl HeldOutData for HeldOut {
    const FIGURE: Figure = Figure::TopOne;

    fn samples(&self) -> usize {
        self.dataset.list().len()
    }

    fn skipped(&self) -> Vec<SkippedImage> {
        self.dataset.skipped()
    }

    fn part(&self, parts: usize) -> Option<Self> {
        let dataset = Arc::new(self.dataset.part(parts));
        let options = self.options;
        (!dataset.list().is_empty()).then_some(Self { dataset, options })
    }

    fn grade<B: KernelBackend>(&self, net: &impl Network<B>, device: &B::Device) -> Result<Grade> {
        let stats = self.stats(net, &Silent, device)?;
        let details = vec![("top-5", stats.top5), ("mean over classes", stats.class_mean)];
        Ok(Grade::new(Self::FIGURE, stats.top1, details, &stats))
    }

    fn resampled<B: KernelBackend>(
        &self,
        net: &impl Network<B>,
        device: &B::Device,
    ) -> Result<Vec<f64>> {
        let list = self.dataset.list();
        let mut right = Vec::new();
        classify_all(net, &self.dataset, &self.options, &Silent, device, |index, scores| {
            right.push(order(scores).next() == Some(list[index].class));
            Ok(())
        })?;
        Ok(resampled_top1(&right))
    }
}
