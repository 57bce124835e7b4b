//! One head: from the branches of the last module to the prediction of a task.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_space::{Head as HeadSpec, SpaceSpec};

use super::bottom_up::BottomUpHead;
use super::classification::ClassificationHead;
use super::prediction::Prediction;
use super::segmentation::SegmentationHead;
use super::top_down::TopDownHead;
use crate::files::parameters::Parameter;
use crate::layers::initializer::Initializer;
use crate::layers::norms::Norms;
use crate::layers::unit::ConvNorm;

/// Layers of a head.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "a network has one or two heads")]
pub(super) enum Head<B: Backend> {
    /// Heatmaps `[batch, joints, height / 4, width / 4]`.
    TopDown(TopDownHead<B>),
    /// Class scores `[batch, classes, height / 4, width / 4]`.
    Segmentation(SegmentationHead<B>),
    /// Class scores of the picture `[batch, classes, 1, 1]`.
    Classification(ClassificationHead<B>),
    /// Heatmaps and tags `[batch, 2 * joints, height / 4, width / 4]`, and finer heatmaps.
    BottomUp(BottomUpHead<B>),
}

impl<B: Backend> Head<B> {
    pub fn new(initializer: &Initializer<'_, B>, space: &SpaceSpec, head: HeadSpec) -> Self {
        let finest = space.widths[0];
        match head {
            HeadSpec::TopDown { joints } => {
                Self::TopDown(TopDownHead::new(initializer, finest, joints))
            }
            HeadSpec::BottomUp { joints } => {
                Self::BottomUp(BottomUpHead::new(initializer, finest, joints))
            }
            HeadSpec::Classification { classes } => {
                Self::Classification(ClassificationHead::new(initializer, space, classes))
            }
            HeadSpec::Segmentation { classes } => {
                let sum = space.widths.iter().sum();
                Self::Segmentation(SegmentationHead::new(initializer, sum, classes))
            }
        }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        match self {
            Self::TopDown(head) => head.for_each(visit),
            Self::Segmentation(head) => head.for_each(visit),
            Self::BottomUp(head) => head.for_each(visit),
            Self::Classification(head) => head.for_each(visit),
        }
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        match self {
            Self::TopDown(_) => {}
            Self::Segmentation(head) => head.units(out),
            Self::BottomUp(head) => head.units(out),
            Self::Classification(head) => head.units(out),
        }
    }

    /// Whether these are the layers of `head`.
    pub fn is(&self, head: &HeadSpec) -> bool {
        matches!(
            (self, head),
            (Self::TopDown(_), HeadSpec::TopDown { .. })
                | (Self::Segmentation(_), HeadSpec::Segmentation { .. })
                | (Self::BottomUp(_), HeadSpec::BottomUp { .. })
                | (Self::Classification(_), HeadSpec::Classification { .. })
        )
    }
}

impl<B: KernelBackend> Head<B> {
    /// The prediction from `branches`, finest first.
    pub fn forward(&self, branches: &[Tensor<B, 4>], norms: &mut Norms<'_, B>) -> Prediction<B> {
        let finest = || branches.first().expect("branch 0 always leaves").clone();
        match self {
            Self::TopDown(head) => head.forward(finest()).into(),
            Self::Segmentation(head) => head.forward(branches.to_vec(), norms).into(),
            Self::BottomUp(head) => head.forward(finest(), norms),
            Self::Classification(head) => head.forward(branches, norms).into(),
        }
    }
}
