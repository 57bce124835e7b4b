//! Pictures in bfloat16 make a network compute in it; weights, statistics, predictions and the
//! gradients of weights stay float32.

use burn::backend::Autodiff;
use burn::tensor::backend::Backend;
use burn::tensor::{DType, FloatDType, Tensor, TensorData};
use scalenas_model::{Absent, BatchStatistics, NamedParameters, Parameter, Prediction, Supernet};
use scalenas_space::{Architecture, SpaceSpec};

use crate::common::nets::{calibrated, pictures, spec, supernet};
use crate::common::{Plain, device};

/// Relative error of a prediction: 8 bits of mantissa through some thirty layers.
const PREDICTION: f64 = 0.05;
/// Maximum error of gradients with every feature rounded, in multiples of the error with weights and
/// pictures rounded alone: gradients of a deep network amplify rounding.
const ROUNDINGS: f64 = 4.0;
/// Pictures in a batch.
const BATCH: usize = 4;
/// Minimum error of a prediction that was computed in bfloat16.
const LEAST: f64 = 1e-4;

fn supported() -> bool {
    let supported = Plain::supports_dtype(&device(), DType::BF16);
    if !supported {
        eprintln!("skipped: this device has no bfloat16");
    }
    supported
}

/// `|a - b| / |b|` over all values.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let square = |values: &mut dyn Iterator<Item = f32>| -> f64 {
        values.map(|value| f64::from(value).powi(2)).sum::<f64>()
    };
    let difference = square(&mut a.iter().zip(b).map(|(a, b)| a - b));
    (difference / square(&mut b.iter().copied())).sqrt()
}

fn values<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Vec<f32> {
    assert_eq!(tensor.dtype(), DType::F32);
    tensor.into_data().to_vec().expect("float32 values")
}

fn all<B: Backend>(prediction: Prediction<B>) -> Vec<f32> {
    let mut found = values(prediction.coarse);
    found.extend(prediction.fine.map(values).unwrap_or_default());
    found
}

#[test]
fn predictions_are_near_those_in_float32() {
    if !supported() {
        return;
    }
    for preset in SpaceSpec::presets().iter().filter(|name| name.starts_with("tiny")) {
        let spec = SpaceSpec::preset(preset).expect("a preset");
        let supernet = supernet(&spec);
        let plan = supernet.plan(&Architecture::largest(&spec));
        let predict = |images| {
            let mut batch = BatchStatistics::new();
            all(supernet.observe(images, &plan, &mut batch))
        };
        let half = predict(pictures(1, 2).cast(FloatDType::BF16));
        let error = distance(&half, &predict(pictures(1, 2)));
        assert!((LEAST..PREDICTION).contains(&error), "{preset}: {error}");
    }
}

#[test]
fn inference_takes_weights_in_bfloat16() {
    if !supported() {
        return;
    }
    let spec = spec();
    let supernet = supernet(&spec);
    let architecture = Architecture::largest(&spec);
    let network = supernet.extract(&architecture, &calibrated(&supernet, &architecture)).fold();
    let full = values(network.forward(pictures(1, 2)));
    let cast = values(network.with_format(DType::BF16).forward(pictures(1, 2)));
    let error = distance(&cast, &full);
    assert!((LEAST..PREDICTION).contains(&error), "{error}");
}

#[test]
fn gradients_are_about_as_near_as_rounded_weights_allow() {
    if !supported() {
        return;
    }
    for preset in SpaceSpec::presets().iter().filter(|name| name.starts_with("tiny")) {
        let spec = SpaceSpec::preset(preset).expect("a preset");
        let full = gradients(&spec, Kind::Full);
        let rounded = distance(&gradients(&spec, Kind::Rounded), &full);
        let half = distance(&gradients(&spec, Kind::Half), &full);
        // Processors that multiply in float32 do not round the weights.
        assert!(rounded > LEAST && half > LEAST, "{preset}: {half}, {rounded}");
        assert!(half < ROUNDINGS * rounded, "{preset}: {half}, {rounded}");
    }
}

/// Number format of weights, pictures and features in a backward pass.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// In float32.
    Full,
    /// In float32, of weights and pictures that bfloat16 can hold.
    Rounded,
    /// In bfloat16.
    Half,
}

/// Values rounded to bfloat16, in float32.
fn rounded<B: Backend, const D: usize>(values: Tensor<B, D>) -> Tensor<B, D> {
    values.cast(FloatDType::BF16).cast(FloatDType::F32)
}

/// All gradients of a loss, one after the other.
fn gradients(spec: &SpaceSpec, kind: Kind) -> Vec<f32> {
    type A = Autodiff<Plain>;
    let mut weights = supernet(spec).to_named();
    if kind == Kind::Rounded {
        for data in weights.values_mut() {
            let shape = data.shape.clone();
            let flat: Vec<f32> = data.iter::<f32>().collect();
            let flat = TensorData::new(flat, [shape.iter().product::<usize>()]);
            let flat = Tensor::<Plain, 1>::from_data(flat, &device());
            *data = TensorData::new(values(rounded(flat)), shape);
        }
    }
    let mut learner = Supernet::<A>::new(spec, 1, &device());
    learner.load_named(&weights, Absent::Refuse, "the same").expect("its own names");
    let plan = learner.plan(&Architecture::largest(spec));
    let images = Tensor::<A, 4>::from_inner(pictures(1, BATCH));
    let images = match kind {
        Kind::Full => images,
        Kind::Rounded => rounded(images),
        Kind::Half => images.cast(FloatDType::BF16),
    };
    let mut batch = BatchStatistics::new();
    let prediction = learner.observe(images, &plan, &mut batch);
    let square = |maps: Tensor<A, 4>| (maps - 0.5).powi_scalar(2).mean();
    let loss = match prediction.fine {
        Some(fine) => square(prediction.coarse) + square(fine),
        None => square(prediction.coarse),
    };
    let gradients = loss.backward();
    let mut found = Vec::new();
    // Layers that the architecture skips have none.
    learner.for_each(&mut |_, parameter| match parameter {
        Parameter::Kernel(kernel) => {
            found.extend(kernel.grad(&gradients).into_iter().flat_map(values));
        }
        Parameter::Vector(vector) => {
            found.extend(vector.grad(&gradients).into_iter().flat_map(values));
        }
    });
    found
}
