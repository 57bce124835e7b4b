//! Reference numbers, their comparison, and the backend under test.

#![allow(dead_code, reason = "every test file uses a part")]

pub mod nets;

use std::path::Path;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use safetensors::{Dtype, SafeTensors};
use scalenas_space::Architecture;

#[path = "../../../../../tests/shared.rs"]
mod reference;

pub use reference::shared;

pub use crate::backend::{Device, Plain, device};

/// A JSON file.
pub fn json(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Tensors of a safetensors file.
pub struct Golden {
    bytes: Vec<u8>,
}

impl Golden {
    /// Reads a file.
    pub fn read(path: &Path) -> Self {
        Self { bytes: std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())) }
    }

    fn file(&self) -> SafeTensors<'_> {
        SafeTensors::deserialize(&self.bytes).expect("a safetensors file")
    }

    /// Names that start with a prefix, without it.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let file = self.file();
        let names = file.names().into_iter().filter_map(|name| name.strip_prefix(prefix));
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort();
        names
    }

    /// Values and shape.
    pub fn data(&self, name: &str) -> TensorData {
        let file = self.file();
        let view = file.tensor(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(view.dtype(), Dtype::F32, "{name}");
        let floats = view.data().chunks_exact(4);
        let floats: Vec<f32> =
            floats.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        TensorData::new(floats, view.shape().to_vec())
    }

    /// Values of a tensor on a device.
    pub fn tensor<B: Backend, const D: usize>(
        &self,
        name: &str,
        device: &B::Device,
    ) -> Tensor<B, D> {
        Tensor::from_data(self.data(name), device)
    }
}

/// `‖a − b‖ / ‖b‖`.
pub fn relative(found: &TensorData, expected: &TensorData) -> f64 {
    assert_eq!(found.shape, expected.shape);
    let pairs = found.iter::<f64>().zip(expected.iter::<f64>());
    let (difference, norm) =
        pairs.fold((0.0, 0.0), |(d, n), (a, b)| (d + (a - b).powi(2), n + b * b));
    (difference / norm).sqrt()
}

/// Asserts a relative error.
pub fn close(name: &str, found: &TensorData, expected: &TensorData, tolerance: f64) {
    let error = relative(found, expected);
    assert!(error <= tolerance, "{name}: relative error {error:.2e}, tolerance {tolerance:.0e}");
}

/// The architectures of a reference file.
pub fn masks(file: &serde_json::Value) -> Vec<(String, Architecture)> {
    let masks = file["masks"].as_object().expect("an object");
    let read = |modules: &serde_json::Value| Architecture {
        modules: serde_json::from_value(modules.clone()).expect("modules"),
    };
    masks.iter().map(|(name, modules)| (name.clone(), read(modules))).collect()
}
