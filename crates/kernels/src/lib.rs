//! Kernels of convolution, normalisation, fusion, interpolation and the log-likelihood of pixels behind one backend
//! extension trait.
//!
//! The network's hot path consists of the operations of [`KernelBackend`]. Every one has a default
//! body that composes the framework's own operations (`reference`); the CPU backend and all CubeCL
//! backends have kernels of their own.
//!
//! ```
//! use burn::tensor::Tensor;
//! use burn_flex::{Flex, FlexDevice};
//! use scalenas_kernels::{ConvGeometry, ops};
//!
//! let x = Tensor::<Flex, 4>::ones([1, 3, 8, 8], &FlexDevice);
//! let weight = Tensor::ones([16, 3, 3, 3], &FlexDevice);
//! let y = ops::conv(x, weight, ConvGeometry { stride: 2, padding: 1 });
//! assert_eq!(y.dims(), [1, 16, 4, 4]);
//! // Three channels of nine pixels; at the corner, of four.
//! assert_eq!(y.clone().max().into_scalar(), 27.0);
//! assert_eq!(y.min().into_scalar(), 12.0);
//! ```
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
mod composed;
#[cfg(feature = "flex")]
pub mod cpu;
pub mod environment;
#[cfg(feature = "fusion")]
mod fusion;
#[cfg(feature = "gpu")]
mod gpu;
mod group;
mod interpolation;
mod memory;
pub mod ops;
pub mod precision;
mod prepared;
pub mod primitive;
pub mod reference;
mod shapes;
mod types;

pub use backend::KernelBackend;
pub use group::Group;
pub use memory::repeated;
pub use prepared::PreparedWeights;
pub use types::{
    Activation, AdamParameter, AdamStep, AdamValues, ConvGeometry, LogLikelihood, NormGradients,
    NormOutput, NormState, Origin,
};
