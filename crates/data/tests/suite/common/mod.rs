//! Finds the reference numbers and sample data that the tests compare with.

#![allow(clippy::unwrap_used, reason = "what fails here is a failed test")]
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::fs;
use std::path::PathBuf;

use safetensors::SafeTensors;
use safetensors::tensor::TensorView;

#[path = "../../../../../tests/shared.rs"]
mod reference;

/// A path below the folder of reference data.
pub fn shared(relative: &str) -> PathBuf {
    reference::shared().join(relative)
}

/// Bytes of a file below the folder of reference data.
pub fn shared_bytes(relative: &str) -> Vec<u8> {
    fs::read(shared(relative)).unwrap()
}

/// Values of a tensor of `f32` or `f64`.
pub fn values(view: &TensorView) -> Vec<f64> {
    let data = view.data();
    match view.dtype() {
        safetensors::Dtype::F32 => data
            .chunks_exact(4)
            .map(|b| f64::from(f32::from_le_bytes(b.try_into().unwrap())))
            .collect(),
        safetensors::Dtype::F64 => {
            data.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect()
        }
        other => panic!("tensor of {other:?}"),
    }
}

/// Values of a named tensor, as `f32`.
pub fn floats(tensors: &SafeTensors, name: &str) -> Vec<f32> {
    values(&tensors.tensor(name).unwrap()).into_iter().map(|v| v as f32).collect()
}

/// Largest absolute difference.
pub fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
