//! The GPU kernels against the processor's, values and gradients, over odd sizes, one pixel, one
//! channel, both orders in memory and more edges than one launch adds. On a device without a driver
//! of its own, software Vulkan runs these.
//!
//! `cargo nextest run --package scalenas-tests --features wgpu --test gpu`
//!
//! A package of its own and not that of the kernels: there the compiler would spend minutes to optimise what runs once.

#![cfg(any(feature = "wgpu", feature = "vulkan", feature = "cuda"))]

#[path = "../../../crates/kernels/tests/common/mod.rs"]
mod common;

mod case;
mod conv;
mod fuse;
mod norm;
mod optimiser;
mod pixels;
mod precision;
mod shapes;

#[cfg(feature = "cuda")]
type Gpu = burn::backend::Cuda;
#[cfg(all(feature = "vulkan", not(feature = "cuda")))]
type Gpu = burn::backend::Vulkan;
#[cfg(not(any(feature = "vulkan", feature = "cuda")))]
type Gpu = burn::backend::Wgpu;
