//! Heads: from the branches of the last module to what the task predicts.

mod heatmap;
mod segmentation;

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_space::{Head as HeadSpec, SpaceSpec};

use crate::module::Branches;
use crate::norm::Norms;
use crate::parameters::Parameter;
use crate::unit::{ConvNorm, Nursery};
use heatmap::HeatmapHead;
use segmentation::SegmentationHead;

/// The head of a space.
#[expect(clippy::large_enum_variant, reason = "a network has one head")]
#[derive(Module, Debug)]
pub(crate) enum Head<B: Backend> {
    /// Heatmaps `[batch, joints, height / 4, width / 4]`.
    Heatmap(HeatmapHead<B>),
    /// Class scores `[batch, classes, height / 4, width / 4]`.
    Segmentation(SegmentationHead<B>),
}

impl<B: Backend> Head<B> {
    pub fn new(nursery: &Nursery<'_, B>, spec: &SpaceSpec) -> Self {
        match spec.head {
            HeadSpec::Heatmap { joints } => {
                Self::Heatmap(HeatmapHead::new(nursery, spec.widths[0], joints))
            }
            HeadSpec::Segmentation { classes } => {
                let width = spec.widths.iter().sum();
                Self::Segmentation(SegmentationHead::new(nursery, width, classes))
            }
        }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        match self {
            Self::Heatmap(head) => head.for_each(visit),
            Self::Segmentation(head) => head.for_each(visit),
        }
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        if let Self::Segmentation(head) = self {
            head.units(out);
        }
    }
}

impl<B: KernelBackend> Head<B> {
    pub fn forward(&self, branches: Branches<B>, norms: &mut Norms<'_, B>) -> Tensor<B, 4> {
        let mut live = branches.into_iter().flatten();
        match self {
            Self::Heatmap(head) => head.forward(live.next().expect("branch 0 always leaves")),
            Self::Segmentation(head) => head.forward(live.collect(), norms),
        }
    }
}
