//! The joint-wise loss and its gradient against the HRNet reference's.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use crate::golden::{data, relative};
use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use burn::tensor::Tensor;
use safetensors::SafeTensors;
use scalenas_train::top_down::joints_mse;

const LOSS: f64 = 1e-5;
const GRADIENT: f64 = 1e-3;

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn loss_and_gradient_equal_the_reference() {
    let bytes = crate::golden::read("golden/top_down/top_down.safetensors");
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
