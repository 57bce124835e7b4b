//! Operations on many tensors, one tensor after the other.

use burn::tensor::Shape;
use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;
use burn_backend::TensorMetadata;

/// See [`crate::KernelBackend::average_all`].
pub fn average_all<B: Backend>(
    averages: Vec<FloatTensor<B>>,
    values: Vec<FloatTensor<B>>,
    keep: f64,
) -> Vec<FloatTensor<B>> {
    let average = |(average, value)| {
        let kept = B::float_mul_scalar(average, keep.into());
        B::float_add(kept, B::float_mul_scalar(value, (1.0 - keep).into()))
    };
    averages.into_iter().zip(values).map(average).collect()
}

/// See [`crate::KernelBackend::square_sum`].
pub fn square_sum<B: Backend>(tensors: Vec<FloatTensor<B>>) -> FloatTensor<B> {
    let squares =
        tensors.into_iter().map(|tensor| B::float_sum(B::float_mul(tensor.clone(), tensor)));
    squares.reduce(B::float_add).expect("at least one tensor")
}

/// See [`crate::KernelBackend::scale_all`].
pub fn scale_all<B: Backend>(
    tensors: Vec<FloatTensor<B>>,
    factor: FloatTensor<B>,
) -> Vec<FloatTensor<B>> {
    let scale = |tensor: FloatTensor<B>| {
        let ones = Shape::from(vec![1; tensor.rank()]);
        B::float_mul(tensor, B::float_reshape(factor.clone(), ones))
    };
    tensors.into_iter().map(scale).collect()
}
