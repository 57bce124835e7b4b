//! Reference numbers from safetensors files.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use burn::tensor::TensorData;
use safetensors::{Dtype, SafeTensors};

#[path = "../../../../../tests/shared.rs"]
mod reference;

/// A file below the folder of reference data.
pub fn read(name: &str) -> Vec<u8> {
    std::fs::read(reference::shared().join(name)).unwrap()
}

/// A tensor as `f32`.
pub fn data(file: &SafeTensors<'_>, name: &str) -> TensorData {
    let view = file.tensor(name).unwrap_or_else(|e| panic!("{name}: {e}"));
    let words = |size| view.data().chunks_exact(size);
    let values: Vec<f32> = match view.dtype() {
        Dtype::F64 => words(8).map(|b| f64::from_le_bytes(b.try_into().unwrap()) as f32).collect(),
        Dtype::I64 => words(8).map(|b| i64::from_le_bytes(b.try_into().unwrap()) as f32).collect(),
        _ => words(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect(),
    };
    TensorData::new(values, view.shape().to_vec())
}

/// Norm of the difference over the norm of what is expected.
pub fn relative(found: &TensorData, expected: &TensorData) -> f64 {
    let pairs = found.iter::<f64>().zip(expected.iter::<f64>());
    let (difference, norm) =
        pairs.fold((0.0, 0.0), |(d, n), (a, b)| (d + (a - b).powi(2), n + b * b));
    (difference / norm).sqrt()
}
