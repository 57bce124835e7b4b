//! Source of mean and variance of the normalisation layers in one forward pass.
//!
//! The mode is explicit: a backend with autodiff does not imply training, and a backend without
//! does not imply evaluation (calibration runs batch statistics without gradients).

use burn::tensor::backend::Backend;
use scalenas_kernels::PreparedWeights;

use super::folded::Folded;
use crate::statistics::{BatchStatistics, Statistics};

pub(crate) use scalenas_space::layers::NORM_EPSILON as EPSILON;

/// Source of the normalisation layers' mean and variance in a forward pass.
pub(crate) enum Norms<'a, B: Backend> {
    /// The batch itself; its statistics are collected, and weights are those of the convolutions in front of the layers.
    /// Training and calibration.
    Batch { statistics: &'a mut BatchStatistics<B>, weights: PreparedWeights<B> },
    /// Given statistics, which cover every layer of the pass. Evaluation.
    Frozen(&'a Statistics<B>),
    /// Already folded into the convolutions. Inference.
    Folded(&'a Folded<B>),
}
