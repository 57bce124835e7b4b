//! Finds the reference numbers and sample data that the tests compare with.

#![allow(clippy::unwrap_used, reason = "what fails here is a failed test")]
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use safetensors::tensor::TensorView;

/// A path below the shared folder, or `None` where it is absent; in CI its absence is an error.
pub fn shared(relative: &str) -> Option<PathBuf> {
    let root = env::var_os("SCALENAS_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join(relative);
    if path.exists() {
        return Some(path);
    }
    let missing = format!("{} is missing: set SCALENAS_SHARED", path.display());
    assert!(env::var("CI").as_deref() != Ok("true"), "{missing}");
    println!("skipped: {missing}");
    None
}

/// Bytes of a file below the shared folder.
pub fn shared_bytes(relative: &str) -> Option<Vec<u8>> {
    shared(relative).map(|path| fs::read(path).unwrap())
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
