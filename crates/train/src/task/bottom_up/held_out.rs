//! Held-out pictures of bottom-up pose, scored by the keypoint metric of their data set.

use std::sync::Arc;

use scalenas_data::SkippedImage;
use scalenas_data::bottom_up::Scenes;
use scalenas_kernels::KernelBackend;

use super::predict::{SceneOptions, find_people, results};
use crate::error::Result;
use crate::run::progress::Silent;
use crate::score::grade::{Figure, Grade};
use crate::score::keypoints::KeypointMetric;
use crate::score::network::Network;
use crate::task::interface::HeldOutData;

/// Held-out pictures with the ground truth of the people in them.
#[derive(Clone)]
pub struct HeldOut {
    /// Pictures to predict.
    pub scenes: Arc<Scenes>,
    /// Ground truth of the same pictures.
    pub metric: KeypointMetric,
    /// Input side, scales, flip test.
    pub options: SceneOptions,
}

impl HeldOutData for HeldOut {
    const FIGURE: Figure = Figure::AveragePrecision;

    fn samples(&self) -> usize {
        self.scenes.len()
    }

    fn skipped(&self) -> Vec<SkippedImage> {
        self.scenes.skipped()
    }

    fn part(&self, parts: usize) -> Option<Self> {
        let (metric, ids) = self.metric.part(parts);
        let scenes = Arc::new(self.scenes.on_images(&ids)?);
        Some(Self { scenes, metric, options: self.options.clone() })
    }

    fn grade<B: KernelBackend>(&self, net: &impl Network<B>, device: &B::Device) -> Result<Grade> {
        let found = find_people(net, &self.scenes, &self.options, &Silent, device)?;
        self.metric.grade(&results(&found, self.scenes.category()))
    }

    fn resampled<B: KernelBackend>(
        &self,
        net: &impl Network<B>,
        device: &B::Device,
    ) -> Result<Vec<f64>> {
        let found = find_people(net, &self.scenes, &self.options, &Silent, device)?;
        self.metric.resampled(&results(&found, self.scenes.category()))
    }
}
