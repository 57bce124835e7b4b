//! Outputs, gradients, running statistics and calibration of the reference implementation.

use std::path::PathBuf;

use burn::backend::Autodiff;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_base::Size;
use scalenas_model::import::{Checkpoint, Kind, read_pth};
use scalenas_model::{
    Absent, BatchStatistics, Calibration, NamedParameters, Parameter, ScaleNet, Statistics,
    Supernet,
};
use scalenas_space::Architecture;
use scalenas_space::plan::{Plan, Reach};

use crate::common::{Device, Golden, Plain, close, device, json, masks, shared};

type Train = Autodiff<Plain>;

/// Relative tolerance of outputs.
const OUTPUT: f64 = 1e-4;
/// Relative tolerance of gradients. The reference gradients are float32 themselves, of a deep net of
/// random weights: a float64 run of the same network in PyTorch differs from them by up to 2.4e-3 in
/// whole tensors and 1.1e-2 in norms (a second float32 run by 0.7e-3 and 7e-3).
const GRADIENT: f64 = 2e-2;
/// Relative tolerance of losses and statistics.
const LOSS: f64 = 1e-5;
/// Share of the largest gradient norm below which a gradient is rounding noise: that of a bias in
/// front of a normalisation is zero but for it.
const NOISE: f64 = 1e-6;

/// One reference supernet.
struct Reference {
    folder: PathBuf,
    task: &'static str,
    checkpoint: Checkpoint,
}

impl Reference {
    fn new(task: &'static str) -> Self {
        let folder = shared().join("golden/model");
        let path = folder.join(format!("superscalenet_{task}_w8.pth"));
        let checkpoint = read_pth(&path).expect("a checkpoint");
        assert_eq!(checkpoint.kind, Kind::Supernet);
        Self { folder, task, checkpoint }
    }

    fn json(&self) -> serde_json::Value {
        json(&self.folder.join(format!("{}_w8.json", self.task)))
    }

    fn golden(&self) -> Golden {
        Golden::read(&self.folder.join(format!("{}_w8_tensors.safetensors", self.task)))
    }

    fn architecture(&self, name: &str) -> Architecture {
        let masks = masks(&self.json());
        masks.into_iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no mask {name}")).1
    }
}

fn supernet<B: Backend<Device = Device>>(checkpoint: &Checkpoint) -> (Supernet<B>, Statistics<B>) {
    let mut supernet = Supernet::new(&checkpoint.spec, 0, &device());
    supernet.load_named(&checkpoint.tensors, Absent::Refuse, "reference").expect("loaded");
    let statistics = supernet.load_statistics(&checkpoint.tensors, "reference", &device());
    (supernet, statistics.expect("loaded"))
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn pose_supernet() {
    compare(&Reference::new("pose"));
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn segmentation_supernet() {
    compare(&Reference::new("seg"));
}

/// All comparisons of a task, over one reading of its checkpoint.
fn compare(reference: &Reference) {
    every_architecture_gives_the_reference_output(reference);
    one_training_step_gives_the_reference_gradients(reference);
    calibration_gives_the_reference_statistics(reference);
}

fn every_architecture_gives_the_reference_output(reference: &Reference) {
    let golden = reference.golden();
    let (supernet, statistics) = supernet::<Plain>(&reference.checkpoint);
    let input: Tensor<Plain, 4> = golden.tensor("input", &device());
    let mut seen = 0;
    for (name, architecture) in masks(&reference.json()) {
        let plan = supernet.plan(&architecture);
        let subnet = supernet.with_running_statistics(plan, &statistics);
        let output = supernet.predict(input.clone(), &subnet).coarse.into_data();
        let expected = golden.data(&format!("eval/{name}"));
        close(&name, &output, &expected, OUTPUT);
        let network = supernet.extract(&architecture, &subnet);
        let extracted = network.forward(input.clone()).into_data();
        assert_eq!(extracted, output, "extraction of {name}");
        close(&name, &network.fold().forward(input.clone()).into_data(), &expected, OUTPUT);
        seen += 1;
    }
    assert_eq!(seen, golden.names("eval/").len());
}

/// Dead layers run here, for the reference has statistics of them.
fn one_training_step_gives_the_reference_gradients(reference: &Reference) {
    let (file, golden) = (reference.json(), reference.golden());
    let step = &file["train"];
    let architecture = reference.architecture(step["mask"].as_str().expect("a name"));
    let (mut supernet, _) = supernet::<Train>(&reference.checkpoint);
    let plan = Plan::new(supernet.spec(), &architecture, Reach::Executed);
    let mut batch = BatchStatistics::new();
    let input = golden.tensor("input", &device());
    let output = supernet.observe(input, &plan, &mut batch).coarse;
    let target: Tensor<Train, 4> = golden.tensor("train/target", &device());
    close("output", &output.clone().into_data(), &golden.data("train/output"), OUTPUT);
    let loss = (output - target).powi_scalar(2).mean();
    close("loss", &loss.clone().into_data(), &golden.data("train/loss"), LOSS);
    let gradients = loss.backward();
    let norms = step["grad_l2"].as_object().expect("an object");
    let largest = norms.values().filter_map(serde_json::Value::as_f64).fold(0.0, f64::max);
    let (mut with, mut without) = (0, 0);
    supernet.for_each(&mut |name, parameter| {
        let gradient = match parameter {
            Parameter::Kernel(p) => p.val().grad(&gradients).map(Tensor::into_data),
            Parameter::Vector(p) => p.val().grad(&gradients).map(Tensor::into_data),
        };
        let Some(gradient) = gradient else {
            assert!(!norms.contains_key(name), "{name} has no gradient");
            without += 1;
            return;
        };
        with += 1;
        let expected = norms[name].as_f64().expect("a norm");
        let found = gradient.iter::<f64>().map(|v| v * v).sum::<f64>().sqrt();
        let error = (found - expected).abs() / expected.max(NOISE * largest);
        assert!(error < GRADIENT, "{name}: norm {found}, expected {expected}");
        let full = format!("train/grad/{name}");
        if golden.names("").contains(&full) {
            close(name, &gradient, &golden.data(&full), GRADIENT);
        }
    });
    assert_eq!(with, norms.len());
    assert_eq!(Some(without), step["params_without_grad"].as_u64());
    running_statistics(reference, &golden, batch);
}

fn running_statistics(reference: &Reference, golden: &Golden, batch: BatchStatistics<Train>) {
    /// Momentum of the pose supernet.
    const POSE: f64 = 0.1;
    /// Momentum of the segmentation supernet.
    const SEGMENTATION: f64 = 0.01;
    let momentum = if reference.task == "pose" { POSE } else { SEGMENTATION };
    let (_, mut running) = supernet::<Plain>(&reference.checkpoint);
    running.update(&batch.valid(), momentum);
    for name in golden.names("train/running_mean/") {
        let layer = running.get(&name).expect("a layer");
        let mean = golden.data(&format!("train/running_mean/{name}"));
        close(&name, &layer.mean.to_data(), &mean, LOSS);
        let variance = golden.data(&format!("train/running_var/{name}"));
        close(&name, &layer.variance.to_data(), &variance, LOSS);
    }
}

fn calibration_gives_the_reference_statistics(reference: &Reference) {
    let (file, golden) = (reference.json(), reference.golden());
    let name = file["train"]["calibrated_mask"].as_str().expect("a name");
    let architecture = reference.architecture(name);
    let (supernet, _) = supernet::<Plain>(&reference.checkpoint);
    let plan = Plan::new(supernet.spec(), &architecture, Reach::Executed);
    let mut calibration = Calibration::new(&supernet, plan);
    for index in golden.names("calib/batch") {
        let images = golden.tensor(&format!("calib/batch{index}"), &device());
        calibration.add(images);
    }
    let subnet = calibration.finish();
    let statistics = subnet.statistics();
    let layers = file["train"]["calibrated_bn_layers"].as_u64();
    assert_eq!(Some(statistics.len() as u64), layers);
    for name in golden.names("calib/mean/") {
        let layer = statistics.get(&name).expect("a layer");
        let mean = golden.data(&format!("calib/mean/{name}"));
        close(&name, &layer.mean.to_data(), &mean, OUTPUT);
        let variance = golden.data(&format!("calib/var/{name}"));
        close(&name, &layer.variance.to_data(), &variance, OUTPUT);
    }
    let input: Tensor<Plain, 4> = golden.tensor("input", &device());
    let output = supernet.predict(input, &subnet).coarse;
    close("output", &output.into_data(), &golden.data("calib/output"), OUTPUT);
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn higher_hrnet_is_imported() {
    let shared = shared();
    let folder = shared.join("golden/bottom_up");
    let checkpoint = read_pth(&folder.join("higher_hrnet_w8.pth")).expect("a checkpoint");
    assert_eq!(checkpoint.kind, Kind::HrNet);
    let (spec, tensors) = (&checkpoint.spec, &checkpoint.tensors);
    let architecture = Architecture::hrnet(spec);
    let network: ScaleNet<Plain> =
        ScaleNet::from_named(spec, &architecture, tensors, "reference", &device())
            .expect("a network");
    let parameters = json(&folder.join("bottom_up.json"))["higher_hrnet_params"].as_u64();
    assert_eq!(Some(network.parameters() as u64), parameters);
    let cost = scalenas_space::cost::cost(spec, &architecture, Size::square(128)).expect("a cost");
    assert_eq!(Some(cost.live_parameters), parameters);
    let golden = Golden::read(&folder.join("bottom_up.safetensors"));
    let input: Tensor<Plain, 4> = golden.tensor("higher_hrnet/input", &device());
    let predictions = [network.predict(input.clone()), network.fold().predict(input)];
    for prediction in predictions {
        let coarse = prediction.coarse.into_data();
        close("coarse", &coarse, &golden.data("higher_hrnet/output0"), OUTPUT);
        let fine = prediction.fine.expect("a bottom-up head").into_data();
        close("fine", &fine, &golden.data("higher_hrnet/output1"), OUTPUT);
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn plain_hrnet_is_imported() {
    let shared = shared();
    let folder = shared.join("golden/bottom_up");
    let checkpoint = read_pth(&folder.join("hrnet_pose_w8.pth")).expect("a checkpoint");
    assert_eq!(checkpoint.kind, Kind::HrNet);
    let architecture = Architecture::hrnet(&checkpoint.spec);
    let network: ScaleNet<Plain> = ScaleNet::from_named(
        &checkpoint.spec,
        &architecture,
        &checkpoint.tensors,
        "reference",
        &device(),
    )
    .expect("a network");
    let parameters = json(&folder.join("bottom_up.json"))["hrnet_params"].as_u64();
    assert_eq!(Some(network.parameters() as u64), parameters);
    let golden = Golden::read(&folder.join("bottom_up.safetensors"));
    let output = network.forward(golden.tensor("hrnet/input", &device())).into_data();
    close("HRNet", &output, &golden.data("hrnet/output"), OUTPUT);
}
