//! The heads of a space: from the branches of the last module to the tasks' predictions.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_kernels::precision::full;
use scalenas_space::{Head as HeadSpec, SpaceSpec};

use super::bottom_up::BottomUpHead;
use super::multitask::MultitaskHead;
use super::prediction::Prediction;
use super::segmentation::SegmentationHead;
use super::top_down::TopDownHead;
use crate::files::parameters::Parameter;
use crate::layers::initializer::Initializer;
use crate::layers::norms::Norms;
use crate::layers::step::Branches;
use crate::layers::unit::ConvNorm;

/// All heads of a space.
#[derive(Module, Debug)]
pub(crate) enum Head<B: Backend> {
    /// Heatmaps `[batch, joints, height / 4, width / 4]`.
    TopDown(TopDownHead<B>),
    /// Class scores `[batch, classes, height / 4, width / 4]`.
    Segmentation(SegmentationHead<B>),
    /// Heatmaps and tags `[batch, 2 * joints, height / 4, width / 4]`, and finer heatmaps.
    BottomUp(BottomUpHead<B>),
    /// One of both, or heatmaps and then class scores along the channels.
    Multitask(MultitaskHead<B>),
}

impl<B: Backend> Head<B> {
    pub fn new(initializer: &Initializer<'_, B>, spec: &SpaceSpec) -> Self {
        let top_down = |joints| TopDownHead::new(initializer, spec.widths[0], joints);
        let sum = spec.widths.iter().sum();
        let segmentation = |classes| SegmentationHead::new(initializer, sum, classes);
        match spec.heads[..] {
            [HeadSpec::TopDown { joints }] => Self::TopDown(top_down(joints)),
            [HeadSpec::BottomUp { joints }] => {
                Self::BottomUp(BottomUpHead::new(initializer, spec.widths[0], joints))
            }
            [HeadSpec::Segmentation { classes }] => Self::Segmentation(segmentation(classes)),
            [HeadSpec::TopDown { joints }, HeadSpec::Segmentation { classes }] => {
                Self::Multitask(MultitaskHead {
                    top_down: top_down(joints),
                    segmentation: segmentation(classes),
                })
            }
            _ => panic!("space {} was not validated: heads {:?}", spec.name, spec.heads),
        }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        match self {
            Self::TopDown(head) => head.for_each(visit),
            Self::Segmentation(head) => head.for_each(visit),
            Self::BottomUp(head) => head.for_each(visit),
            Self::Multitask(head) => {
                head.top_down.for_each(visit);
                head.segmentation.for_each(visit);
            }
        }
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        match self {
            Self::TopDown(_) => {}
            Self::Segmentation(head) => head.units(out),
            Self::BottomUp(head) => head.units(out),
            Self::Multitask(head) => head.segmentation.units(out),
        }
    }
}

impl<B: KernelBackend> Head<B> {
    /// The predictions of the heads of a plan, in float32.
    pub fn forward(
        &self,
        branches: Branches<B>,
        wanted: &[HeadSpec],
        norms: &mut Norms<'_, B>,
    ) -> Prediction<B> {
        let Prediction { coarse, fine } = self.predict(branches, wanted, norms);
        Prediction { coarse: full(coarse), fine: fine.map(full) }
    }

    fn predict(
        &self,
        branches: Branches<B>,
        wanted: &[HeadSpec],
        norms: &mut Norms<'_, B>,
    ) -> Prediction<B> {
        let live: Vec<Tensor<B, 4>> = branches.into_iter().flatten().collect();
        match (self, wanted) {
            (Self::TopDown(head), _) => head.forward(finest(live)).into(),
            (Self::Segmentation(head), _) => head.forward(live, norms).into(),
            (Self::BottomUp(head), _) => head.forward(finest(live), norms),
            (Self::Multitask(head), [HeadSpec::TopDown { .. }]) => {
                head.top_down.forward(finest(live)).into()
            }
            (Self::Multitask(head), [HeadSpec::Segmentation { .. }]) => {
                head.segmentation.forward(live, norms).into()
            }
            (Self::Multitask(head), _) => {
                let heatmaps = head.top_down.forward(finest(live.clone()));
                Tensor::cat(vec![heatmaps, head.segmentation.forward(live, norms)], 1).into()
            }
        }
    }
}

fn finest<B: Backend>(branches: Vec<Tensor<B, 4>>) -> Tensor<B, 4> {
    branches.into_iter().next().expect("branch 0 always leaves")
}
