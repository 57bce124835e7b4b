//! Bilinear upsampling (`align_corners = false`) as two small matrix products: exact, and
//! differentiable on every backend, which the framework's own interpolation is not.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use scalenas_kernels::precision::cast;

/// Resamples `[batch, channels, height, width]` to `[batch, channels, *size]`.
///
/// Works on channels-last values, as the CPU kernels keep them: nothing is copied into another
/// order, and the result is in that order again.
pub fn upsample_bilinear<B: Backend>(x: Tensor<B, 4>, size: [usize; 2]) -> Tensor<B, 4> {
    let [batch, channels, height, width] = x.dims();
    if [height, width] == size {
        return x;
    }
    let device = x.device();
    let [rows, columns] = size;
    let down = cast(weights::<B>(height, rows, &device), x.dtype()).unsqueeze::<3>();
    let across = cast(weights::<B>(width, columns, &device), x.dtype()).unsqueeze::<3>();
    let x = x.permute([0, 2, 3, 1]).reshape([batch, height, width * channels]);
    let tall = down.expand([batch, rows, height]).matmul(x);
    let tall = tall.reshape([batch * rows, width, channels]);
    let wide = across.expand([batch * rows, columns, width]).matmul(tall);
    wide.reshape([batch, rows, columns, channels]).permute([0, 3, 1, 2])
}

/// Interpolation matrix `[output, input]`: two non-zero weights per row.
fn weights<B: Backend>(input: usize, output: usize, device: &B::Device) -> Tensor<B, 2> {
    let mut values = vec![0.0f32; input * output];
    let ratio = input as f64 / output as f64;
    for (o, row) in values.chunks_exact_mut(input).enumerate() {
        let position = ((o as f64 + 0.5) * ratio - 0.5).max(0.0);
        let low = (position as usize).min(input - 1);
        let high = (low + 1).min(input - 1);
        let fraction = (position - low as f64) as f32;
        row[low] += 1.0 - fraction;
        row[high] += fraction;
    }
    Tensor::from_data(TensorData::new(values, [output, input]), device)
}
