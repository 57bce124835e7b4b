//! Both heads over one backbone.

use burn::module::Module;
use burn::tensor::backend::Backend;

use super::heatmap::HeatmapHead;
use super::segmentation::SegmentationHead;

/// A head a task.
#[derive(Module, Debug)]
pub(crate) struct MultitaskHead<B: Backend> {
    pub pose: HeatmapHead<B>,
    pub segmentation: SegmentationHead<B>,
}
