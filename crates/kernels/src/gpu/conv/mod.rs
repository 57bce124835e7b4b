//! Convolutions: forward and gradient of the input as products of matrices on units for them, where a
//! device has these, and the gradient of the weight.

mod epilogue;
mod launch;
mod product;
mod strided;
mod weight_gradient;

pub(super) use product::{finished, forward, input_gradient};
pub(super) use weight_gradient::weight_gradient;
