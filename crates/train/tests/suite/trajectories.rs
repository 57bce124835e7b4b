//! Twenty steps by every optimiser and schedule against PyTorch.
//!
//! `tests/yardsticks/trajectories.py` trains the same small network and writes the figures.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use burn::module::{Module, Param};
use burn::optim::adaptor::OptimizerAdaptor;
use burn::optim::{GradientsAccumulator, GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Tensor, TensorData};
use scalenas_train::{Adam, AdamOptimizer, Decay, Schedule, SgdByKind, WeightDecay, clip};
use serde::Deserialize;

use crate::common::{DEVICE, Plain, Train};
use crate::formula::unit;

/// Relative tolerance of losses, norms and weights.
const TOLERANCE: f64 = 1e-4;

#[derive(Deserialize)]
struct Golden {
    steps: usize,
    rate: f64,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    optimiser: String,
    schedule: String,
    clip: Option<f64>,
    accumulation: usize,
    losses: Vec<f64>,
    norms: Vec<f64>,
    weights: Weights,
}

#[derive(Deserialize)]
struct Weights {
    kernel: Vec<f64>,
    scale: Vec<f64>,
    shift: Vec<f64>,
}

/// `tanh(scale * convolution(pictures) + shift)`.
#[derive(Module, Debug)]
struct Net<B: Backend> {
    kernel: Param<Tensor<B, 4>>,
    scale: Param<Tensor<B, 1>>,
    shift: Param<Tensor<B, 1>>,
}

impl<B: Backend<Device = burn::backend::flex::FlexDevice>> Net<B> {
    fn new() -> Self {
        Self {
            kernel: Param::from_tensor(by_formula("kernel", [4, 3, 3, 3]) * 0.5),
            scale: Param::from_tensor(by_formula("scale", [4]) * 0.5 + 1.0),
            shift: Param::from_tensor(by_formula("shift", [4]) * 0.5),
        }
    }

    fn loss(&self, step: usize, part: usize) -> Tensor<B, 1> {
        let images = by_formula(&format!("images {step} {part}"), [2, 3, 6, 5]);
        let target = by_formula(&format!("target {step} {part}"), [2, 4, 6, 5]) * 0.8;
        let options = ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
        let features = conv2d(images, self.kernel.val(), None, options);
        let per_channel = |vector: &Param<Tensor<B, 1>>| vector.val().reshape([1, 4, 1, 1]);
        let features = features * per_channel(&self.scale) + per_channel(&self.shift);
        (features.tanh() - target).powi_scalar(2).mean()
    }
}

#[test]
fn trajectories_equal_pytorch() {
    let golden: Golden = serde_json::from_str(include_str!("trajectories.json")).unwrap();
    assert!(golden.cases.len() >= 8);
    for case in &golden.cases {
        let decay = |weight_decay, decay_norms| WeightDecay { weight_decay, decay_norms };
        let adam = |rule: Adam| AdamOptimizer::from(rule);
        let sgd = |rule| OptimizerAdaptor::<SgdByKind<Plain>, Net<Train>, Train>::from(rule);
        let (rate, steps) = (golden.rate, golden.steps);
        let rule = Adam::default();
        match &*case.optimiser {
            "adam" => follow(case, adam(rule), rate, steps),
            "adamw" => follow(case, adam(rule.with_decay(decay(0.1, false))), rate, steps),
            "adamw_all" => follow(case, adam(rule.with_decay(decay(0.1, true))), rate, steps),
            "sgd" => follow(case, sgd(SgdByKind::new(0.9, decay(0.01, true))), 10.0 * rate, steps),
            "sgd_kernels" => {
                follow(case, sgd(SgdByKind::new(0.9, decay(0.01, false))), 10.0 * rate, steps);
            }
            other => panic!("{other} is no optimiser of this test"),
        }
    }
}

fn schedule(name: &str, rate: f64, steps: usize) -> Schedule {
    let iterations = steps as u64;
    let decay = match name {
        "constant" | "warmup" => Decay::Steps { factor: 1.0, milestones: Vec::new() },
        "milestones" => Decay::Steps { factor: 0.1, milestones: vec![8, 15] },
        "poly" => Decay::Poly { power: 0.9, iterations },
        "cosine" => Decay::Cosine { floor: 0.05, iterations },
        other => panic!("{other} is no schedule of this test"),
    };
    Schedule::new(rate, decay, if name == "warmup" { 5 } else { 0 })
}

/// Takes the steps of a case and compares each.
fn follow(case: &Case, mut optimizer: impl Optimizer<Net<Train>, Train>, rate: f64, steps: usize) {
    let mut net = Net::<Train>::new();
    let schedule = schedule(&case.schedule, rate, steps);
    let what = format!("{} {} {:?}", case.optimiser, case.schedule, case.clip);
    let mut losses = case.losses.iter();
    for step in 0..steps {
        let mut sum = GradientsAccumulator::new();
        for part in 0..case.accumulation {
            let loss = net.loss(step, part);
            close(
                &format!("{what}, loss of {step}"),
                number(loss.clone()),
                *losses.next().unwrap(),
            );
            sum.accumulate(&net, GradientsParams::from_grads(loss.backward(), &net));
        }
        let mut gradients = sum.grads();
        let norm = match case.clip {
            Some(limit) => clip::clip::<_, Train>(&net, &mut gradients, limit),
            None => clip::norm::<_, Train>(&net, &gradients),
        };
        close(&format!("{what}, norm of {step}"), number(norm.unwrap()), case.norms[step]);
        net = optimizer.step(schedule.at(step as u64), net, gradients);
    }
    let Net { kernel, scale, shift } = net;
    let Weights { kernel: k, scale: s, shift: b } = &case.weights;
    let found = [kernel.val().into_data(), scale.val().into_data(), shift.val().into_data()];
    for (found, expected) in found.iter().zip([k, s, b]) {
        for (found, expected) in found.iter::<f64>().zip(expected) {
            close(&format!("{what}, a weight"), found, *expected);
        }
    }
}

fn number<B: Backend>(tensor: Tensor<B, 1>) -> f64 {
    tensor.into_data().iter::<f64>().next().unwrap()
}

fn close(what: &str, found: f64, expected: f64) {
    let error = (found - expected).abs() / expected.abs().max(1e-2);
    assert!(error <= TOLERANCE, "{what}: {found}, PyTorch {expected}");
}

fn by_formula<B, const D: usize>(name: &str, shape: [usize; D]) -> Tensor<B, D>
where
    B: Backend<Device = burn::backend::flex::FlexDevice>,
{
    let values = unit(name, shape.iter().product()).map(|u| u as f32);
    Tensor::from_data(TensorData::new(values.collect::<Vec<f32>>(), shape), &DEVICE)
}
