//! The backend of these tests.

/// Backend under test: the processor.
pub type Plain = burn::backend::Flex;

/// Devices of the backend under test.
pub type Device = burn::tensor::ops::Device<Plain>;

/// First device of the backend under test.
pub fn device() -> Device {
    Device::default()
}
