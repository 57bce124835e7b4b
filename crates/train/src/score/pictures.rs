//! Normalisation of pictures: from bytes to floats on the device.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use scalenas_base::Size;
use scalenas_data::pictures::normalize::planes;

/// Turns interleaved bytes `[batch, height, width, 3]` into `[batch, 3, height, width]`, normalised
/// by the mean and deviation of ImageNet.
pub fn normalised<B: Backend>(bytes: &[u8], size: Size, device: &B::Device) -> Tensor<B, 4> {
    let planes = planes(bytes, size.pixels());
    let shape = [bytes.len() / (3 * size.pixels()), 3, size.height, size.width];
    Tensor::from_data(TensorData::new(planes, shape), device)
}
