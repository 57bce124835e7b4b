//! Parity with the reference without its files: outputs, loss and gradients of networks of width 8
//! whose weights, statistics and pictures follow from names by formula.
//!
//! `tests/yardsticks/small_golden.py` repeats the formula in PyTorch and writes the figures.

use burn::backend::Autodiff;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use scalenas_model::{
    Absent, BatchStatistics, NamedParameters, NamedTensors, Parameter, Statistics, Supernet,
};
use scalenas_space::plan::{Plan, Reach};
use scalenas_space::{Architecture, SpaceSpec};
use serde_json::Value;

use crate::common::{Device, Plain, close, device};
use crate::formula::unit;

type Train = Autodiff<Plain>;

/// Width, joints and classes of the networks.
const WIDTH: usize = 8;
const JOINTS: usize = 17;
const CLASSES: usize = 19;
/// Relative tolerance of outputs.
const OUTPUT: f64 = 1e-4;
/// Relative tolerance of losses.
const LOSS: f64 = 1e-5;
/// Relative tolerance of gradients, that of the full comparison (`golden.rs`).
const GRADIENT: f64 = 2e-2;

#[test]
fn pose_supernet() {
    compare("pose", &SpaceSpec::top_down(WIDTH, JOINTS));
}

#[test]
fn segmentation_supernet() {
    compare("segmentation", &SpaceSpec::segmentation(WIDTH, CLASSES));
}

fn compare(task: &str, spec: &SpaceSpec) {
    let file: Value =
        serde_json::from_str(include_str!("small_golden.json")).expect("a file of figures");
    let reference = Reference { spec, figures: &file[task], input: shape(&file["input"]) };
    every_architecture_gives_the_reference_output(&reference);
    one_training_step_gives_the_reference_gradients(&reference);
}

/// Figures of one task.
struct Reference<'a> {
    spec: &'a SpaceSpec,
    figures: &'a Value,
    /// Shape of the pictures.
    input: [usize; 4],
}

impl Reference<'_> {
    fn architecture(&self, name: &str) -> Architecture {
        let written = self.figures["architectures"][name].clone();
        let architecture: Architecture = serde_json::from_value(written).expect("modules");
        architecture.validate(self.spec).unwrap_or_else(|e| panic!("{name}: {e}"));
        if let Some(named) = Architecture::named(name, self.spec) {
            assert_eq!(architecture, named, "{name}");
        }
        architecture
    }
}

fn every_architecture_gives_the_reference_output(reference: &Reference) {
    let (supernet, statistics) = filled::<Plain>(reference.spec);
    let input = by_formula::<Plain>("input", reference.input);
    let evaluation = reference.figures["evaluation"].as_object().expect("an object");
    assert_eq!(evaluation.len(), 4);
    for (name, expected) in evaluation {
        let architecture = reference.architecture(name);
        let subnet = supernet.with_running_statistics(supernet.plan(&architecture), &statistics);
        let output = supernet.predict(input.clone(), &subnet).coarse.into_data();
        close_to_figures(name, &output, expected);
        let network = supernet.extract(&architecture, &subnet);
        let extracted = network.forward(input.clone()).into_data();
        assert_eq!(extracted, output, "extraction of {name}");
        close_to_figures(name, &network.fold().forward(input.clone()).into_data(), expected);
    }
}

fn one_training_step_gives_the_reference_gradients(reference: &Reference) {
    let step = &reference.figures["step"];
    let architecture = reference.architecture(step["architecture"].as_str().expect("a name"));
    let (mut supernet, _) = filled::<Train>(reference.spec);
    let plan = Plan::new(reference.spec, &architecture, Reach::Executed);
    let input = by_formula::<Train>("input", reference.input);
    let output = supernet.observe(input, &plan, &mut BatchStatistics::new()).coarse;
    close_to_figures("training", &output.clone().into_data(), step);
    let target = by_formula::<Train>("target", output.dims());
    let loss = (output - target).powi_scalar(2).mean();
    let found = loss.clone().into_data().iter::<f64>().next().expect("a number");
    close_number("loss", found, &step["loss"], LOSS);
    let gradients = loss.backward();
    let norms = step["gradients"].as_object().expect("an object");
    let mut seen = 0;
    supernet.for_each(&mut |name, parameter| {
        let Some(expected) = norms.get(name) else { return };
        let gradient = match parameter {
            Parameter::Kernel(p) => p.val().grad(&gradients).map(Tensor::into_data),
            Parameter::Vector(p) => p.val().grad(&gradients).map(Tensor::into_data),
        };
        let gradient = gradient.unwrap_or_else(|| panic!("{name} has no gradient"));
        close_number(name, norm(&gradient), expected, GRADIENT);
        seen += 1;
    });
    assert_eq!(seen, norms.len());
}

/// Compares shape, norm, and values at evenly spaced indices.
fn close_to_figures(name: &str, found: &TensorData, expected: &Value) {
    let dims: [usize; 4] = shape(&expected["shape"]);
    assert_eq!(found.shape.as_slice(), dims, "{name}");
    close_number(name, norm(found), &expected["norm"], OUTPUT);
    let values = expected["values"].as_array().expect("a list");
    let values: Vec<f64> = values.iter().map(|v| v.as_f64().expect("a number")).collect();
    let stride = found.num_elements() / values.len();
    let picked: Vec<f64> = found.iter::<f64>().step_by(stride).take(values.len()).collect();
    let count = [values.len()];
    close(name, &TensorData::new(picked, count), &TensorData::new(values, count), OUTPUT);
}

fn close_number(name: &str, found: f64, expected: &Value, tolerance: f64) {
    let expected = expected.as_f64().expect("a number");
    let error = (found - expected).abs() / expected.abs();
    assert!(error <= tolerance, "{name}: {found}, expected {expected}, tolerance {tolerance:.0e}");
}

fn norm(data: &TensorData) -> f64 {
    data.iter::<f64>().map(|v| v * v).sum::<f64>().sqrt()
}

fn shape(written: &Value) -> [usize; 4] {
    serde_json::from_value(written.clone()).expect("four sizes")
}

/// A supernet and running statistics with the values of the formula.
fn filled<B>(spec: &SpaceSpec) -> (Supernet<B>, Statistics<B>)
where
    B: Backend<Device = Device>,
{
    let mut supernet = Supernet::new(spec, 0, &device());
    let mut tensors: NamedTensors = supernet.to_named();
    tensors.extend(supernet.initial_statistics(&device()).to_named());
    for (name, data) in &mut tensors {
        *data = entry(name, data.shape.as_slice());
    }
    supernet.load_named(&tensors, Absent::Refuse, "formula").expect("its own names");
    let statistics = supernet.load_statistics(&tensors, "formula", &device());
    (supernet, statistics.expect("its own names"))
}

/// Values of a checkpoint entry: layers keep the scale of their input, residuals add a part of it.
fn entry(name: &str, shape: &[usize]) -> TensorData {
    let fan_in: usize = shape[1..].iter().product();
    let (_, field) = name.rsplit_once('.').expect("a layer and its field");
    let (offset, scale) = match field {
        "running_mean" | "bias" => (0.0, 0.1),
        "running_var" => (1.0, 0.5),
        _ if shape.len() == 1 => (0.5, 0.25),
        _ => (0.0, (6.0 / fan_in as f64).sqrt()),
    };
    let values = unit(name, shape.iter().product()).map(|u| (offset + scale * u) as f32);
    TensorData::new(values.collect::<Vec<f32>>(), shape.to_vec())
}

fn by_formula<B: Backend<Device = Device>>(name: &str, shape: [usize; 4]) -> Tensor<B, 4> {
    let values = unit(name, shape.iter().product()).map(|u| u as f32);
    Tensor::from_data(TensorData::new(values.collect::<Vec<f32>>(), shape), &device())
}
