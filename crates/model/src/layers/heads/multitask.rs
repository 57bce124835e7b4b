//! Top-down and segmentation heads over one backbone.

use burn::module::Module;
use burn::tensor::backend::Backend;

use super::segmentation::SegmentationHead;
use super::top_down::TopDownHead;

/// Top-down and segmentation heads of one network.
#[derive(Module, Debug)]
pub(crate) struct MultitaskHead<B: Backend> {
    pub top_down: TopDownHead<B>,
    pub segmentation: SegmentationHead<B>,
}
