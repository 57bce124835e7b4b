//! Weights of a network's convolutions as its device reads them, made together: one by one, each is a launch of a GPU's
//! kernel in every step.

use std::collections::BTreeMap;

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};

use crate::backend::KernelBackend;
use crate::ops::prepare_weights;

/// Prepared weights by the names of their convolutions.
#[derive(Debug, Clone)]
pub struct PreparedWeights<B: Backend> {
    weights: BTreeMap<String, Tensor<B, 4>>,
}

impl<B: KernelBackend> PreparedWeights<B> {
    /// Prepares weights `[out, in, kernel, kernel]` for features in a number format.
    pub fn new(weights: BTreeMap<String, Tensor<B, 4>>, dtype: DType) -> Self {
        let (names, weights): (Vec<_>, Vec<_>) = weights.into_iter().unzip();
        let weights = names.into_iter().zip(prepare_weights(weights, dtype)).collect();
        Self { weights }
    }

    /// The weight of a convolution.
    ///
    /// # Panics
    /// If it is not among the prepared ones.
    pub fn get(&self, name: &str) -> Tensor<B, 4> {
        self.weights.get(name).unwrap_or_else(|| panic!("{name} was not prepared")).clone()
    }
}
