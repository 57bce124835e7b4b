//! Backends that compose the operations: each is a line until it has kernels of its own.

use crate::backend::KernelBackend;

#[cfg(feature = "flex")]
impl KernelBackend for burn_flex::Flex {}

#[cfg(feature = "wgpu")]
impl KernelBackend for burn::backend::Wgpu {}

#[cfg(feature = "vulkan")]
impl KernelBackend for burn::backend::Vulkan {}

#[cfg(feature = "cuda")]
impl KernelBackend for burn::backend::Cuda {}
