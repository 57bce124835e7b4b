//! Normalisation of pictures: from bytes to floats on the device.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use scalenas_base::Size;
use scalenas_data::pictures::normalize::{MEAN, STD};

/// Turns interleaved bytes `[batch, height, width, 3]` into `[batch, 3, height, width]`, normalised
/// by the mean and deviation of ImageNet.
pub fn normalised<B: Backend>(bytes: &[u8], size: Size, device: &B::Device) -> Tensor<B, 4> {
    let planes = planes(bytes, size.pixels());
    let shape = [bytes.len() / (3 * size.pixels()), 3, size.height, size.width];
    Tensor::from_data(TensorData::new(planes, shape), device)
}

/// Interleaved bytes to normalised planes, with one table lookup per value.
fn planes(bytes: &[u8], pixels: usize) -> Vec<f32> {
    let table = |channel: usize| -> [f32; 256] {
        std::array::from_fn(|byte| (byte as f32 / 255.0 - MEAN[channel]) / STD[channel])
    };
    let tables = [table(0), table(1), table(2)];
    let mut planes = vec![0.0; bytes.len()];
    for (picture, out) in bytes.chunks_exact(3 * pixels).zip(planes.chunks_exact_mut(3 * pixels)) {
        for (channel, plane) in out.chunks_exact_mut(pixels).enumerate() {
            for (value, rgb) in plane.iter_mut().zip(picture.chunks_exact(3)) {
                *value = tables[channel][usize::from(rgb[channel])];
            }
        }
    }
    planes
}
