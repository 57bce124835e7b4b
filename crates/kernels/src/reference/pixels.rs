//! Upsampled maps, the log-likelihood of labelled pixels, and their gradients, composed of the framework's own
//! operations.

use burn::tensor::backend::Backend;
use burn::tensor::{Bool, Int, Tensor, TensorData};

use super::finish;
use crate::interpolation::positions;
use crate::precision::cast;
use crate::types::Activation;

/// Axis of the channels.
const CHANNELS: usize = 1;

/// See [`crate::KernelBackend::blend`].
pub fn blend<B: Backend>(
    target: Tensor<B, 4>,
    edges: Vec<Tensor<B, 4>>,
    activation: Activation,
) -> Tensor<B, 4> {
    let [_, _, height, width] = target.dims();
    let add = |sum: Tensor<B, 4>, edge| sum + upsample(edge, [height, width]);
    finish(edges.into_iter().fold(target, add), None, activation)
}

/// See [`crate::KernelBackend::upsample`]: two small matrix products, exact, and differentiable on every backend, which
/// the framework's own interpolation is not.
pub fn upsample<B: Backend>(x: Tensor<B, 4>, size: [usize; 2]) -> Tensor<B, 4> {
    let [_, _, height, width] = x.dims();
    if [height, width] == size {
        return x;
    }
    let device = x.device();
    let [down, across] = [(height, size[0]), (width, size[1])]
        .map(|(input, output)| cast(matrix::<B>(input, output, &device), x.dtype()));
    resample(x, down, across)
}

/// See [`crate::KernelBackend::upsample_gradient`].
pub fn upsample_gradient<B: Backend>(gradient: Tensor<B, 4>, size: [usize; 2]) -> Tensor<B, 4> {
    let [_, _, rows, columns] = gradient.dims();
    if [rows, columns] == size {
        return gradient;
    }
    let device = gradient.device();
    let [down, across] = [(size[0], rows), (size[1], columns)]
        .map(|(input, output)| cast(matrix::<B>(input, output, &device), gradient.dtype()));
    resample(gradient, down.transpose(), across.transpose())
}

/// Multiplies columns by `down` `[rows, height]` and rows by `across` `[columns, width]`.
///
/// Works on channels-last values, as kernels keep them: nothing is copied into another order, and the result is in
/// that order again.
fn resample<B: Backend>(x: Tensor<B, 4>, down: Tensor<B, 2>, across: Tensor<B, 2>) -> Tensor<B, 4> {
    let [batch, channels, height, width] = x.dims();
    let ([rows, _], [columns, _]) = (down.dims(), across.dims());
    let x = x.permute([0, 2, 3, 1]).reshape([batch, height, width * channels]);
    let tall = down.unsqueeze::<3>().expand([batch, rows, height]).matmul(x);
    let tall = tall.reshape([batch * rows, width, channels]);
    let wide = across.unsqueeze::<3>().expand([batch * rows, columns, width]).matmul(tall);
    wide.reshape([batch, rows, columns, channels]).permute([0, 3, 1, 2])
}

/// Interpolation matrix `[output, input]`: two weights other than zero per row.
fn matrix<B: Backend>(input: usize, output: usize, device: &B::Device) -> Tensor<B, 2> {
    let mut values = vec![0.0f32; input * output];
    for (row, at) in values.chunks_exact_mut(input).zip(positions(input, output)) {
        row[at.low] += 1.0 - at.fraction;
        row[at.high] += at.fraction;
    }
    Tensor::from_data(TensorData::new(values, [output, input]), device)
}

/// See [`crate::KernelBackend::log_likelihood`]; returns the log-likelihood and the normaliser.
pub fn log_likelihood<B: Backend>(
    scores: Tensor<B, 4>,
    labels: Tensor<B, 3, Int>,
) -> [Tensor<B, 3>; 2] {
    let [batch, height, width] = labels.dims();
    let classes = scores.dims()[CHANNELS];
    let scores = upsample(scores, [height, width]);
    let largest = scores.clone().max_dim(CHANNELS);
    let sum = (scores.clone() - largest.clone()).exp().sum_dim(CHANNELS);
    let normaliser = (largest + sum.log()).reshape([batch, height, width]);
    let none = unlabelled(&labels, classes);
    let known = labels.mask_fill(none.clone(), 0).unsqueeze_dim(CHANNELS);
    let own = scores.gather(CHANNELS, known).reshape([batch, height, width]);
    [(own - normaliser.clone()).mask_fill(none, 0.0), normaliser]
}

/// See [`crate::KernelBackend::log_likelihood_gradient`].
pub fn log_likelihood_gradient<B: Backend>(
    scores: Tensor<B, 4>,
    labels: Tensor<B, 3, Int>,
    normaliser: Tensor<B, 3>,
    gradient: Tensor<B, 3>,
) -> Tensor<B, 4> {
    let [batch, classes, rows, columns] = scores.dims();
    let [_, height, width] = labels.dims();
    let none = unlabelled(&labels, classes);
    let gradient = gradient.mask_fill(none, 0.0).unsqueeze_dim::<4>(CHANNELS);
    let probabilities =
        (upsample(scores, [height, width]) - normaliser.unsqueeze_dim::<4>(CHANNELS)).exp();
    let all = [batch, classes, height, width];
    let index = Tensor::<B, 1, Int>::arange(0..classes as i64, &labels.device());
    let index = index.reshape([1, classes, 1, 1]).expand(all);
    let own = labels.unsqueeze_dim::<4>(CHANNELS).expand(all).equal(index).float();
    upsample_gradient((own - probabilities) * gradient, [rows, columns])
}

/// Pixels whose label is no class.
fn unlabelled<B: Backend>(labels: &Tensor<B, 3, Int>, classes: usize) -> Tensor<B, 3, Bool> {
    labels.clone().lower_elem(0).bool_or(labels.clone().greater_equal_elem(classes as i64))
}
