//! One operation on two devices.

use anyhow::Result;
use burn::backend::Autodiff;
use burn::tensor::{Tensor, TensorData};
use scalenas_kernels::{Activation, KernelBackend};
use scalenas_train::Precision;
use serde::Serialize;

use super::arguments::Arguments;
use super::case::Case;
use super::inputs::Inputs;
use super::run::{Origin, Run};
use crate::context::device::{DeviceChoice, HOST, Host};
use crate::error::user;

/// Distance from zero, in limits, below which the gradient of a sum is left out.
const SWITCH_MARGIN: f64 = 10.0;

/// Largest differences from the processor's results, relative to the largest value.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Deviation {
    pub operation: String,
    /// Difference of the result.
    pub result: Option<f64>,
    /// Largest difference of the gradients of features.
    pub features: Option<f64>,
    /// Largest difference of the gradients of weights, scales and shifts.
    pub weights: Option<f64>,
}

impl Deviation {
    /// Largest of the three; infinity where a value is not a number.
    pub fn worst(&self) -> f64 {
        let all = [self.result, self.features, self.weights].into_iter().flatten();
        all.fold(0.0, |worst, value| if value.is_nan() { f64::INFINITY } else { worst.max(value) })
    }
}

/// Maximum difference that rounding explains, relative to the largest value; for float32, that of units
/// that multiply with fewer bits (TF32).
pub(super) fn limit(precision: Precision) -> f64 {
    match precision {
        Precision::F32 | Precision::Auto => 1e-3,
        Precision::Bf16 => 3e-2,
    }
}

/// Differences between `device` and the processor: its kernels, or the framework's own operations where
/// the processor is the device.
pub(super) fn deviation<B: KernelBackend>(
    case: &Case,
    arguments: &Arguments,
    device: &B::Device,
) -> Result<Deviation> {
    let precision = arguments.precision.precision();
    if !precision.fits::<B>(device) {
        let (format, device) = (arguments.precision.name(), arguments.device);
        return Err(user(format!("--precision {format}: {device} has none; accepted: f32")));
    }
    let margin = (SWITCH_MARGIN * limit(precision)) as f32;
    let inputs = &away_from_switches(Inputs::random(case, arguments.batch), case, margin);
    let origin = Origin::Kernels;
    let found = Run::<Autodiff<B>> { inputs, precision, origin, device }.outputs(case);
    let origin = match arguments.device {
        DeviceChoice::Cpu => Origin::Composed,
        _ => Origin::Kernels,
    };
    let precision = Precision::F32;
    let wanted = Run::<Autodiff<Host>> { inputs, precision, origin, device: &HOST }.outputs(case);
    let worst = |found: &[TensorData], wanted: &[TensorData]| {
        let pairs = found.iter().zip(wanted).map(|(found, wanted)| distance(found, wanted));
        pairs.reduce(|a, b| if a > b || a.is_nan() { a } else { b })
    };
    Ok(Deviation {
        operation: case.to_string(),
        result: worst(&found.result, &wanted.result),
        features: worst(&found.features, &wanted.features),
        weights: worst(&found.weights, &wanted.weights),
    })
}

/// Largest difference, relative to the largest wanted value.
fn distance(found: &TensorData, wanted: &TensorData) -> f64 {
    let values = |data: &TensorData| data.iter::<f64>().collect::<Vec<_>>();
    let (found, wanted) = (values(found), values(wanted));
    let largest = wanted.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let differences = found.iter().zip(&wanted).map(|(a, b)| (a - b).abs());
    let worst =
        differences.fold(0.0, |worst: f64, d| if d > worst || d.is_nan() { d } else { worst });
    worst / largest.max(f64::MIN_POSITIVE)
}

/// Inputs with a zero gradient where a ReLU is about to switch, because rounding decides there whether
/// the gradient passes.
fn away_from_switches(mut inputs: Inputs, case: &Case, margin: f32) -> Inputs {
    let run = Run::<Autodiff<Host>> {
        inputs: &inputs,
        precision: Precision::F32,
        origin: Origin::Kernels,
        device: &HOST,
    };
    let sums = match case {
        Case::Conv { .. } | Case::Likelihood { .. } => return inputs,
        Case::Norm { .. } => run.norm(Activation::Identity),
        Case::Fuse { .. } => run.fuse(Activation::Identity),
        Case::Blend { .. } => run.blend(Activation::Identity),
    };
    let sums = sums.result.last().expect("the result comes last").clone();
    let sums = Tensor::<Host, 4>::from_data(sums, &HOST);
    let gradient = Tensor::<Host, 4>::from_data(inputs.gradient, &HOST);
    inputs.gradient = gradient.mask_fill(sums.abs().lower_elem(margin), 0.0).into_data();
    inputs
}
