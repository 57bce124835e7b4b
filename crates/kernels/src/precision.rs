//! Features in fewer bits than the weights.
//!
//! Weights, statistics, losses and gradients of weights are float32. Features have the number
//! format of the pictures that enter a network: convolutions take their weights in it,
//! normalisation computes in float32 and returns to it, predictions leave as float32. With bfloat16,
//! whose range is that of float32, no loss needs scaling.

use burn::tensor::backend::Backend;
use burn::tensor::{DType, FloatDType, Tensor};

/// The tensor in a number format; itself where it is in it.
pub fn cast<B: Backend, const D: usize>(tensor: Tensor<B, D>, dtype: DType) -> Tensor<B, D> {
    if tensor.dtype() == dtype { tensor } else { tensor.cast(FloatDType::from(dtype)) }
}

/// The tensor in float32, if it is in fewer bits.
pub fn full<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Tensor<B, D> {
    match tensor.dtype() {
        DType::F16 | DType::BF16 => tensor.cast(FloatDType::F32),
        _ => tensor,
    }
}
