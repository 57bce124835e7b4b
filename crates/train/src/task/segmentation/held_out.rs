//! Held-out pictures of segmentation, scored by mean intersection over union.

use std::sync::Arc;

use scalenas_data::segmentation::WholePicture;
use scalenas_data::{SkippedImage, WholePictures};
use scalenas_eval::semantic::{Confusion, resampled_mean_iou};
use scalenas_kernels::KernelBackend;

use super::predict::{SegmentOptions, segment_all};
use crate::error::Result;
use crate::run::progress::Silent;
use crate::score::grade::{Figure, Grade};
use crate::score::network::Network;
use crate::task::interface::HeldOutData;

/// Held-out pictures with the classes of their pixels.
#[derive(Clone)]
pub struct HeldOut {
    /// Labelled pictures to predict.
    pub pictures: Arc<WholePictures>,
    /// Scales, flip test, windows.
    pub options: SegmentOptions,
}

impl HeldOutData for HeldOut {
    const FIGURE: Figure = Figure::MeanIou;

    fn samples(&self) -> usize {
        self.pictures.list().len()
    }

    fn skipped(&self) -> Vec<SkippedImage> {
        self.pictures.skipped()
    }

    fn part(&self, parts: usize) -> Option<Self> {
        let pictures = self.pictures.part(parts);
        let options = self.options.clone();
        (!pictures.list().is_empty()).then_some(Self { pictures, options })
    }

    fn grade<B: KernelBackend>(&self, net: &impl Network<B>, device: &B::Device) -> Result<Grade> {
        let seen = |_: &_, _: &[u8]| Ok(());
        let stats = segment_all(net, &self.pictures, &self.options, &Silent, device, seen)?;
        let details = vec![
            ("mIoU of present classes", stats.present_mean_iou()),
            ("pixel accuracy", stats.pixel_accuracy),
        ];
        Ok(Grade::new(Self::FIGURE, stats.mean_iou, details, &stats))
    }

    fn resampled<B: KernelBackend>(
        &self,
        net: &impl Network<B>,
        device: &B::Device,
    ) -> Result<Vec<f64>> {
        let mut counts = Vec::new();
        let classes = self.pictures.facts().classes.len();
        let seen = |picture: &WholePicture, predicted: &[u8]| {
            if let Some(labels) = &picture.labels {
                let mut confusion = Confusion::new(classes);
                confusion.add(&labels.classes, predicted)?;
                counts.push(confusion);
            }
            Ok(())
        };
        segment_all(net, &self.pictures, &self.options, &Silent, device, seen)?;
        Ok(resampled_mean_iou(&counts, classes)?)
    }
}
