//! Convolutions: which algorithm runs, forward pass and both gradients.

mod choice;
mod convolution;
mod direct;
mod gradient;
mod packed;
mod run;
mod sweep;
pub(crate) mod weights;

pub(crate) use convolution::{Addition, Conv, Reuse};
pub(crate) use packed::purge;
pub(crate) use run::{forward, input_gradient, weight_gradient};
