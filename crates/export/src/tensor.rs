//! Tensors by checkpoint name, without a framework.

use std::collections::BTreeMap;

/// Values in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Length of every axis.
    pub shape: Vec<usize>,
    /// Values, as many as the shape says.
    pub values: Vec<f32>,
}

impl Tensor {
    /// A vector.
    pub fn vector(values: Vec<f32>) -> Self {
        Self { shape: vec![values.len()], values }
    }
}

/// Tensors by PyTorch checkpoint name: weights, and `running_mean` and `running_var` of
/// normalisations.
pub type NamedTensors = BTreeMap<String, Tensor>;
