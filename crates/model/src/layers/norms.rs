//! Source of mean and variance of the normalisation layers in one forward pass.
//!
//! The mode is explicit: a backend with autodiff does not imply training, and a backend without
//! does not imply evaluation (calibration runs batch statistics without gradients).

use burn::tensor::backend::Backend;

use super::folded::Folded;
use crate::statistics::{BatchStatistics, Statistics};

pub(crate) use scalenas_space::layers::NORM_EPSILON as EPSILON;

/// Source of the normalisation layers' mean and variance in a forward pass.
pub(crate) enum Norms<'a, B: Backend> {
    /// The batch itself; its statistics are collected. Training and calibration.
    Batch(&'a mut BatchStatistics<B>),
    /// Given statistics, which cover every layer of the pass. Evaluation.
    Frozen(&'a Statistics<B>),
    /// Already folded into the convolutions. Inference.
    Folded(&'a Folded<B>),
}
