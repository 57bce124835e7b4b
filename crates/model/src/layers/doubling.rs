//! A transposed 4x4 convolution of stride 2 as a plain 3x3 convolution with four times the channels.
//!
//! Every output pixel depends on 2x2 inputs, which lie within the 3x3 around its own: one kernel for
//! each of the four positions in a doubled pixel. So the kernels for 3x3 convolutions, the fastest
//! there are, serve it on every backend, forward and backward.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

/// Side of the transposed kernel.
pub(crate) const KERNEL: usize = 4;
/// Factor of height and width.
const TWO: usize = 2;
/// Side of the plain kernel.
const PLAIN: usize = 3;

/// `[in, out, 4, 4]` to `[4 * out, in, 3, 3]`; the four groups of outputs are the upper left, upper
/// right, lower left and lower right of a doubled pixel.
pub(crate) fn doubling_kernel<B: Backend>(weight: Tensor<B, 4>) -> Tensor<B, 4> {
    let [input, output, _, _] = weight.dims();
    let places = placement::<B>(&weight.device());
    let count = output * input;
    let weight = weight.permute([1, 0, 2, 3]).reshape([count, KERNEL, KERNEL]);
    let rows = places.clone().unsqueeze::<3>().expand([count, TWO * PLAIN, KERNEL]);
    let columns = places.transpose().unsqueeze::<3>().expand([count, KERNEL, TWO * PLAIN]);
    let plain = rows.matmul(weight).matmul(columns);
    let plain: Tensor<B, 6> = plain.reshape([output, input, TWO, PLAIN, TWO, PLAIN]);
    let plain = plain.permute([2, 4, 0, 1, 3, 5]);
    plain.reshape([TWO * TWO * output, input, PLAIN, PLAIN])
}

/// One-hot matrix `[2 * 3, 4]`: which tap of the transposed kernel a place of the two plain kernels
/// takes. Pixel `2y` sees tap 3 of row `y - 1` and tap 1 of row `y`; pixel `2y + 1` sees tap 2 of
/// row `y` and tap 0 of row `y + 1`.
fn placement<B: Backend>(device: &B::Device) -> Tensor<B, 2> {
    const TAPS: [Option<usize>; TWO * PLAIN] = [Some(3), Some(1), None, None, Some(2), Some(0)];
    let one_hot = TAPS.iter().flat_map(|tap| {
        (0..KERNEL).map(move |index| if *tap == Some(index) { 1.0f32 } else { 0.0 })
    });
    let values: Vec<f32> = one_hot.collect();
    Tensor::from_data(TensorData::new(values, [TWO * PLAIN, KERNEL]), device)
}

/// `[batch, 4 * channels, height, width]` to `[batch, channels, 2 * height, 2 * width]`.
pub(crate) fn interleave<B: Backend>(x: Tensor<B, 4>) -> Tensor<B, 4> {
    let [batch, groups, height, width] = x.dims();
    let channels = groups / (TWO * TWO);
    let x: Tensor<B, 6> = x.reshape([batch, TWO, TWO, channels, height, width]);
    let x = x.permute([0, 3, 4, 1, 5, 2]);
    x.reshape([batch, channels, TWO * height, TWO * width])
}
