//! The joint-wise loss and its gradient against the HRNet reference's.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::path::{Path, PathBuf};

use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use burn::tensor::{Tensor, TensorData};
use safetensors::{Dtype, SafeTensors};
use scalenas_train::joints_mse;

const LOSS: f64 = 1e-5;
const GRADIENT: f64 = 1e-3;

fn golden() -> Option<Vec<u8>> {
    let shared = std::env::var_os("SCALENAS_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    if shared.is_dir() {
        return Some(std::fs::read(shared.join("golden/top_down/top_down.safetensors")).unwrap());
    }
    assert!(std::env::var_os("CI").is_none(), "reference data not found at {}", shared.display());
    eprintln!("skipped: no reference data at {}", shared.display());
    None
}

fn data(file: &SafeTensors<'_>, name: &str) -> TensorData {
    let view = file.tensor(name).unwrap_or_else(|e| panic!("{name}: {e}"));
    let values: Vec<f32> = if view.dtype() == Dtype::F64 {
        let values = view.data().chunks_exact(8);
        values.map(|b| f64::from_le_bytes(b.try_into().unwrap()) as f32).collect()
    } else {
        let values = view.data().chunks_exact(4);
        values.map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
    };
    TensorData::new(values, view.shape().to_vec())
}

fn relative(found: &TensorData, expected: &TensorData) -> f64 {
    let pairs = found.iter::<f64>().zip(expected.iter::<f64>());
    let (difference, norm) =
        pairs.fold((0.0, 0.0), |(d, n), (a, b)| (d + (a - b).powi(2), n + b * b));
    (difference / norm).sqrt()
}

#[test]
fn loss_and_gradient_equal_the_reference() {
    let Some(bytes) = golden() else { return };
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensor = |name: &str| -> Tensor<Autodiff<Flex>, 4> {
        Tensor::from_data(data(&file, name), &FlexDevice)
    };
    let output = tensor("joints_mse/output").require_grad();
    // The reference compares with the heatmaps that it decodes elsewhere.
    let target = tensor("decode/heatmaps");
    let weights = data(&file, "joints_mse/weight");
    let [batch, joints] = [weights.shape[0], weights.shape[1]];
    let weights = Tensor::<Autodiff<Flex>, 3>::from_data(weights, &FlexDevice);
    let loss = joints_mse(output.clone(), target, weights.reshape([batch, joints]));
    let expected = data(&file, "joints_mse/loss");
    assert!(relative(&loss.clone().into_data(), &expected) < LOSS);
    let gradient = output.grad(&loss.backward()).unwrap().into_data();
    assert!(relative(&gradient, &data(&file, "joints_mse/grad")) < GRADIENT);
}
