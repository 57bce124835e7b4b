//! Kernels for every GPU that CubeCL compiles for, on features stored channels last.
//!
//! Composed of the framework's operations, a normalisation is some fifteen launches and its gradient
//! thirty, each a pass over memory, and every one of them turns features back to the plain order, so
//! that the next convolution copies them again. Here it is three launches each, and features stay
//! channels last from one convolution to the next (decision 6).
//!
//! Invariant: arithmetic is float32 whatever the features' number format.

#![allow(
    clippy::collapsible_if,
    clippy::trivially_copy_pass_by_ref,
    clippy::used_underscore_binding,
    reason = "the kernel macro wants it so: conditions at compile and at run time apart, references"
)]

mod backend;
mod conv;
mod fuse;
mod grid;
mod many;
mod maps;
mod norm;
mod pointwise;
mod sum;
mod vectors;
