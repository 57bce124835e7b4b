//! Maps interpolated to more pixels, and what labels of those pixels say about scores.

mod exponential;
mod likelihood;
mod line;
mod upsample;

pub(crate) use likelihood::{Labels, log_likelihood, log_likelihood_gradient};
pub(crate) use upsample::{blend, upsample, upsample_gradient};
