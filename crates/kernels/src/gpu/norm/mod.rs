//! Normalisation: moments of a batch, the normalised features, gradients, running statistics.

mod apply;
mod batch;
mod gradient;
mod moments;
mod statistics;

pub(super) use apply::{Scale, apply, finish};
pub(super) use batch::normalise;
pub(super) use gradient::{Forward, gradients};
pub(super) use moments::Moments;
pub(super) use statistics::step as move_statistics;
