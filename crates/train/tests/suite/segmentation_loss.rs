//! Losses over pixels and their gradients against the HRNet reference's.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use crate::golden::{data, relative};
use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use burn::tensor::{Int, Tensor, TensorData};
use safetensors::SafeTensors;
use scalenas_data::segmentation::IGNORED;
use scalenas_train::segmentation::{HardPixels, PixelLoss, PixelWeighing};

const LOSS: f64 = 1e-5;
const GRADIENT: f64 = 1e-3;

type Train = Autodiff<Flex>;

/// The loss that a name such as `cross_entropy` or `ohem_t0.9_k8192` stands for.
fn named(name: &str) -> PixelLoss {
    if name == "cross_entropy" {
        return PixelLoss::CrossEntropy;
    }
    let parts: Vec<&str> = name.split('_').collect();
    let ["ohem", threshold, keep] = parts[..] else { panic!("loss {name}") };
    PixelLoss::Ohem(HardPixels {
        threshold: threshold.strip_prefix('t').unwrap().parse().unwrap(),
        keep: keep.strip_prefix('k').unwrap().parse().unwrap(),
    })
}

/// Losses that a file has, by the names of their tensors.
fn losses(file: &SafeTensors<'_>) -> Vec<String> {
    let names = file.names().into_iter();
    let names = names.filter_map(|name| name.strip_prefix("seg/")?.strip_suffix("/loss"));
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn losses_and_gradients_equal_the_reference() {
    let bytes = crate::golden::read("golden/eval/segmentation.safetensors");
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let labels = data(&file, "seg/label");
    let labels = Tensor::<Train, 3, Int>::from_data(labels.convert::<i32>(), &FlexDevice);
    let weights: Vec<f32> = data(&file, "seg/class_weights").to_vec().unwrap();
    let losses = losses(&file);
    assert!(!losses.is_empty());
    for name in losses {
        let weighing = PixelWeighing { loss: named(&name), weights: weights.clone() };
        let scores = Tensor::<Train, 4>::from_data(data(&file, "seg/score"), &FlexDevice);
        let scores = scores.require_grad();
        let loss = weighing.loss(scores.clone(), labels.clone());
        let expected = data(&file, &format!("seg/{name}/loss"));
        let error = relative(&loss.clone().into_data(), &expected);
        assert!(error < LOSS, "{name}: {error}");
        let gradient = scores.grad(&loss.backward()).unwrap().into_data();
        let error = relative(&gradient, &data(&file, &format!("seg/{name}/grad")));
        assert!(error < GRADIENT, "gradient of {name}: {error}");
    }
}

#[test]
fn nothing_labelled_is_no_loss() {
    let labels = TensorData::new(vec![i32::from(IGNORED); 32], [1, 4, 8]);
    let labels = Tensor::<Train, 3, Int>::from_data(labels, &FlexDevice);
    for loss in [PixelLoss::CrossEntropy, PixelLoss::Ohem(HardPixels::default())] {
        let weighing = PixelWeighing { loss, weights: vec![1.0; 3] };
        let scores = Tensor::<Train, 4>::ones([1, 3, 1, 2], &FlexDevice).require_grad();
        let loss = weighing.loss(scores.clone(), labels.clone());
        let gradient = scores.grad(&loss.backward()).unwrap();
        assert!(loss.into_scalar() == 0.0 && gradient.abs().sum().into_scalar() == 0.0);
    }
}
