//! GPU backends: each composes the operations until it has kernels of its own.

#[cfg(any(feature = "wgpu", feature = "vulkan", feature = "cuda"))]
use crate::backend::KernelBackend;

#[cfg(feature = "wgpu")]
impl KernelBackend for burn::backend::Wgpu {}

#[cfg(feature = "vulkan")]
impl KernelBackend for burn::backend::Vulkan {}

#[cfg(feature = "cuda")]
impl KernelBackend for burn::backend::Cuda {}
