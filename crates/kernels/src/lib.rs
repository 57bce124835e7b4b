//! Convolution, normalisation and fusion kernels behind one backend extension trait.
//!
//! The network's hot path consists of the five operations of [`KernelBackend`]. Every one has a
//! default body that composes the framework's own operations ([`reference`]), which GPU backends
//! use until a kernel exists; the CPU backend has kernels of its own.
//!
//! Invariant: whatever the implementation, values and gradients equal the composed ones within
//! float32 rounding, and NaN and infinity pass through as they do there.

#![allow(
    clippy::inline_always,
    clippy::wildcard_imports,
    reason = "vector code must be compiled inside the function that enables its instructions"
)]

mod autodiff;
mod backend;
mod backends;
#[cfg(feature = "flex")]
pub mod cpu;
pub mod ops;
pub mod precision;
pub mod reference;

pub use backend::{
    Activation, AdamStep, AdamValues, ConvGeometry, KernelBackend, NormGradients, NormOutput,
    NormState, Origin,
};
