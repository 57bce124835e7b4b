//! Convolution, normalisation and fusion kernels behind one backend extension trait.
//!
//! The network's hot path consists of the five operations of [`KernelBackend`]. Every one has a
//! default body that composes the framework's own operations ([`reference`]), which GPU backends
//! use until a kernel exists; the CPU backend has kernels of its own.
//!
//! Invariant: whatever the implementation, values and gradients equal the composed ones within
//! float32 rounding, and NaN and infinity pass through as they do there.

mod autodiff;
mod backend;
mod backends;
pub mod ops;
pub mod reference;

pub use backend::{Activation, ConvGeometry, KernelBackend, NormOutput};
