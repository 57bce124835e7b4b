//! Normalisation with statistics of the batch or given ones, and its gradient.

mod apply;
pub(crate) mod gradient;
pub(crate) mod moments;

pub(crate) use apply::{Scale, apply};
