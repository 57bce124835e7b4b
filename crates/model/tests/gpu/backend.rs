//! The backend of these tests, by feature.

/// Backend under test.
#[cfg(feature = "cuda")]
pub type Plain = burn::backend::Cuda;
/// Backend under test.
#[cfg(all(feature = "vulkan", not(feature = "cuda")))]
pub type Plain = burn::backend::Vulkan;
/// Backend under test.
#[cfg(not(any(feature = "vulkan", feature = "cuda")))]
pub type Plain = burn::backend::Wgpu;

/// Devices of the backend under test.
pub type Device = burn::tensor::ops::Device<Plain>;

/// First device of the backend under test.
pub fn device() -> Device {
    Device::default()
}
