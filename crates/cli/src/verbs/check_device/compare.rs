//! One operation on two devices.

use anyhow::Result;
use burn::backend::Autodiff;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, Distribution, Tensor, TensorData};
use scalenas_kernels::precision::full;
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, ops, reference};
use scalenas_train::Precision;
use serde::Serialize;

use super::arguments::Arguments;
use super::case::Case;
use crate::context::device::{DeviceChoice, HOST, Host};
use crate::error::user;

/// Addend of variances in normalisation, as in the model.
const EPSILON: f64 = 1e-5;
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

/// Implementation of an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Kernels of the backend.
    Kernels,
    /// Composed operations of the framework.
    Composed,
}

/// Maximum difference that rounding explains, relative to the largest value; for float32, that of units
/// that multiply with fewer bits (TF32).
pub(super) fn limit(precision: Precision) -> f64 {
    match precision {
        Precision::F32 => 1e-3,
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
    let inputs = &Inputs::of(case, arguments.batch).away_from_switches(case, margin);
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

/// Results of an operation, as float32.
#[derive(Default)]
struct Outputs {
    result: Vec<TensorData>,
    features: Vec<TensorData>,
    weights: Vec<TensorData>,
}

/// Inputs, format, implementation and device of an operation.
struct Run<'a, A: Backend> {
    inputs: &'a Inputs,
    precision: Precision,
    origin: Origin,
    device: &'a A::Device,
}

impl<A: AutodiffBackend + KernelBackend> Run<'_, A> {
    fn outputs(&self, case: &Case) -> Outputs {
        match *case {
            Case::Conv { kernel, stride, .. } => {
                self.conv(ConvGeometry { stride, padding: kernel / 2 })
            }
            Case::Norm { .. } => self.norm(Activation::Relu),
            Case::Fuse { .. } => self.fuse(Activation::Relu),
        }
    }

    fn conv(&self, geometry: ConvGeometry) -> Outputs {
        let (x, weight) =
            (self.leaves::<4>(&self.inputs.features), self.leaves(&self.inputs.weights));
        let conv = match self.origin {
            Origin::Kernels => ops::conv,
            Origin::Composed => reference::conv,
        };
        let y = conv(self.feature(&x[0]), weight[0].clone(), geometry);
        self.finish(y, Vec::new(), &x, &weight)
    }

    fn norm(&self, activation: Activation) -> Outputs {
        let (x, weights) =
            (self.leaves::<4>(&self.inputs.features), self.leaves(&self.inputs.weights));
        let norm = match self.origin {
            Origin::Kernels => ops::norm_batch,
            Origin::Composed => reference::norm_batch,
        };
        let (scale, shift): (Tensor<A, 1>, _) = (weights[0].clone(), weights[1].clone());
        let residual = Some(self.feature(&x[1]));
        let (y, mean, variance) =
            norm(self.feature(&x[0]), scale, shift, EPSILON, residual, activation);
        self.finish(y, vec![data(mean.inner()), data(variance.inner())], &x, &weights)
    }

    fn fuse(&self, activation: Activation) -> Outputs {
        let x = self.leaves::<4>(&self.inputs.features);
        let fuse = match self.origin {
            Origin::Kernels => ops::fuse,
            Origin::Composed => reference::fuse,
        };
        let y = fuse(self.feature(&x[0]), vec![self.feature(&x[1])], activation);
        self.finish::<1>(y, Vec::new(), &x, &[])
    }

    fn leaves<const D: usize>(&self, values: &[TensorData]) -> Vec<Tensor<A, D>> {
        let leaf = |data: &TensorData| Tensor::from_data(data.clone(), self.device).require_grad();
        values.iter().map(leaf).collect()
    }

    fn feature(&self, leaf: &Tensor<A, 4>) -> Tensor<A, 4> {
        self.precision.convert(leaf.clone())
    }

    fn finish<const D: usize>(
        &self,
        y: Tensor<A, 4>,
        mut result: Vec<TensorData>,
        features: &[Tensor<A, 4>],
        weights: &[Tensor<A, D>],
    ) -> Outputs {
        let y = full(y);
        let gradient = Tensor::<A, 4>::from_data(self.inputs.gradient.clone(), self.device);
        let gradients = (y.clone() * gradient).sum().backward();
        result.push(data(y.inner()));
        let (features, weights) = (all(features, &gradients), all(weights, &gradients));
        Outputs { result, features, weights }
    }
}

fn all<A: AutodiffBackend, const D: usize>(
    leaves: &[Tensor<A, D>],
    gradients: &A::Gradients,
) -> Vec<TensorData> {
    leaves.iter().filter_map(|leaf| leaf.grad(gradients)).map(data).collect()
}

fn data<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> TensorData {
    tensor.into_data().convert_dtype(DType::F32)
}

/// Inputs of an operation, and a gradient of its result.
struct Inputs {
    features: Vec<TensorData>,
    weights: Vec<TensorData>,
    gradient: TensorData,
}

impl Inputs {
    /// Random values, equal in every run.
    fn of(case: &Case, batch: usize) -> Self {
        Host::seed(&HOST, 1);
        match *case {
            Case::Conv { input, output, kernel, stride, size: (height, width) } => Self {
                features: vec![normal([batch, input, height, width])],
                weights: vec![normal([output, input, kernel, kernel])],
                gradient: normal([batch, output, height / stride, width / stride]),
            },
            Case::Norm { channels, size: (height, width) } => {
                let shape = [batch, channels, height, width];
                Self {
                    features: vec![normal(shape), normal(shape)],
                    weights: vec![normal([channels]), normal([channels])],
                    gradient: normal(shape),
                }
            }
            Case::Fuse { channels, size: (height, width), factor } => {
                let shape = [batch, channels, height, width];
                Self {
                    features: vec![
                        normal(shape),
                        normal([batch, channels, height / factor, width / factor]),
                    ],
                    weights: Vec::new(),
                    gradient: normal(shape),
                }
            }
        }
    }

    /// Inputs with a zero gradient where a ReLU is about to switch, because rounding decides there whether
    /// the gradient passes.
    fn away_from_switches(mut self, case: &Case, margin: f32) -> Self {
        let run = Run::<Autodiff<Host>> {
            inputs: &self,
            precision: Precision::F32,
            origin: Origin::Kernels,
            device: &HOST,
        };
        let sums = match case {
            Case::Conv { .. } => return self,
            Case::Norm { .. } => run.norm(Activation::Identity),
            Case::Fuse { .. } => run.fuse(Activation::Identity),
        };
        let sums = sums.result.last().expect("the result comes last").clone();
        let sums = Tensor::<Host, 4>::from_data(sums, &HOST);
        let gradient = Tensor::<Host, 4>::from_data(self.gradient, &HOST);
        self.gradient = gradient.mask_fill(sums.abs().lower_elem(margin), 0.0).into_data();
        self
    }
}

fn normal<const D: usize>(shape: [usize; D]) -> TensorData {
    Tensor::<Host, D>::random(shape, Distribution::Normal(0.0, 1.0), &HOST).into_data()
}
