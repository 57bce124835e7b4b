//! Convolutions: which algorithm runs, forward pass and both gradients.

pub(crate) mod choice;
mod convolution;
mod direct;
mod gradient;
pub(crate) mod packed;
mod run;
pub(crate) mod sums;
pub(crate) mod sweep;
pub(crate) mod tiles;
pub(crate) mod weights;

pub(crate) use convolution::{Addition, Algorithm, Conv, Reuse};
pub(crate) use packed::purge;
pub(crate) use run::{forward, input_gradient, weight_gradient};
