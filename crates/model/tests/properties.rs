//! What holds for every architecture: a network taken out of the supernet is the supernet's, runs
//! the layers that its cost counts, and survives folding and files.

mod common;

use std::collections::BTreeMap;

use burn::tensor::{Distribution, Tensor, TensorData};
use common::{Plain, close, device};
use proptest::prelude::*;
use scalenas_model::{
    Absent, BatchStatistics, Calibration, NamedParameters, Norms, Parameter, ScaleNet, Statistics,
    Supernet, load_supernet, save_supernet,
};
use scalenas_space::plan::{Plan, Reach};
use scalenas_space::vary::{MutationRates, crossover, mutate};
use scalenas_space::{Architecture, SpaceSpec, cost, layers, rng, sample};

const INPUT: (usize, usize) = (64, 32);
const BATCH: usize = 2;
/// Relative error of folding normalisation into convolutions.
const FOLD: f64 = 1e-4;
const EXACT: f64 = 1e-6;

fn spec() -> SpaceSpec {
    SpaceSpec::preset("tiny").expect("a preset")
}

/// Pictures that differ by seed.
fn pictures(seed: usize) -> Tensor<Plain, 4> {
    let noise = Tensor::random([BATCH, 3, INPUT.0, INPUT.1], Distribution::Default, &device());
    noise * 2.0 - 1.0 + 0.1 * seed as f32
}

/// Weights large enough that every layer matters.
fn supernet(spec: &SpaceSpec) -> Supernet<Plain> {
    let mut supernet = Supernet::new(spec, 1, &device());
    let mut weights = supernet.to_named();
    for (name, data) in &mut weights {
        let scale = if name.contains("final") || name.contains("bn") { 1.0 } else { 100.0 };
        let values: Vec<f32> = data.iter::<f32>().map(|value| value * scale).collect();
        *data = TensorData::new(values, data.shape.clone());
    }
    supernet.load_named(&weights, Absent::Refuse, "scaled").expect("its own names");
    supernet
}

fn calibrated(supernet: &Supernet<Plain>, architecture: &Architecture) -> Statistics<Plain> {
    let plan = supernet.plan(architecture);
    let mut calibration = Calibration::new();
    for seed in 0..2 {
        let mut batch = BatchStatistics::new();
        let _ = supernet.forward(pictures(seed), &plan, &mut Norms::Batch(&mut batch));
        calibration.add(&batch);
    }
    calibration.finish()
}

/// One architecture of each origin.
fn family(spec: &SpaceSpec, seed: u64) -> [Architecture; 3] {
    let mut random = rng::stream(seed, "properties", &[]);
    let a = sample::uniform(spec, &mut random);
    let b = sample::grouped(spec, seed, seed % 11);
    let mutated = mutate(spec, &a, &MutationRates::default(), &mut random);
    let crossed = crossover(&a, &b, 0.5, &mut random);
    [a, mutated, crossed]
}

/// The convolution in front of a normalisation.
fn convolution(norm: &str) -> String {
    let (front, last) = norm.rsplit_once('.').unwrap_or(("", norm));
    let last =
        last.parse::<usize>().map_or_else(|_| last.replace("bn", "conv"), |n| (n - 1).to_string());
    if front.is_empty() { last } else { format!("{front}.{last}") }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn a_calibrated_extraction_is_the_supernet(seed in 0u64..1000) {
        let spec = spec();
        let supernet = supernet(&spec);
        for architecture in family(&spec, seed) {
            let statistics = calibrated(&supernet, &architecture);
            let x = pictures(3);
            let plan = supernet.plan(&architecture);
            let expected = supernet.forward(x.clone(), &plan, &mut Norms::Frozen(&statistics));
            let network = supernet.extract(&architecture, &statistics);
            let found = network.forward(x.clone()).into_data();
            prop_assert_eq!(&found, &expected.into_data());
            close("folded", &network.fold().forward(x).into_data(), &found, FOLD);
        }
    }

    #[test]
    fn cost_is_what_a_forward_pass_counts(seed in 0u64..1000) {
        let spec = spec();
        let mut supernet = supernet(&spec);
        let mut kernels = BTreeMap::new();
        supernet.for_each(&mut |name, parameter| {
            if let Parameter::Kernel(kernel) = parameter {
                let name = name.trim_end_matches(".weight").to_owned();
                kernels.insert(name, kernel.dims().iter().product::<usize>());
            }
        });
        for architecture in family(&spec, seed) {
            let cost = cost::cost(&spec, &architecture, INPUT).expect("a valid input");
            for (reach, expected) in [(Reach::Executed, cost.macs), (Reach::Live, cost.live_macs)] {
                let plan = Plan::new(&spec, &architecture, reach);
                let mut batch = BatchStatistics::new();
                let output =
                    supernet.forward(pictures(0), &plan, &mut Norms::Batch(&mut batch));
                let mut macs: usize = batch
                    .samples()
                    .map(|(norm, samples)| kernels[&convolution(norm)] * samples / BATCH)
                    .sum();
                // The head's last convolution has no normalisation.
                let [_, _, height, width] = output.dims();
                macs += kernels["final_layer"] * height * width;
                prop_assert_eq!(macs as u64, expected);
                let listed = layers::layers(&spec, &architecture, INPUT, reach).expect("valid");
                let mut listed: Vec<String> = listed.into_iter().map(|layer| layer.name).collect();
                let mut run: Vec<String> = batch.names().map(convolution).collect();
                run.push("final_layer".to_owned());
                listed.sort();
                run.sort();
                prop_assert_eq!(run, listed);
            }
            let statistics = supernet.initial_statistics(&device());
            let network = supernet.extract(&architecture, &statistics);
            prop_assert_eq!(network.parameters() as u64, cost.live_parameters);
        }
    }
}

#[test]
fn calibration_averages_exactly_and_touches_nothing_else() {
    let spec = spec();
    let supernet = supernet(&spec);
    let architecture = Architecture::middle(&spec);
    let plan = supernet.plan(&architecture);
    let (weights, mut calibration) = (supernet.to_named(), Calibration::new());
    let mut parts = Vec::new();
    for seed in 0..3 {
        let mut batch = BatchStatistics::new();
        let _ = supernet.forward(pictures(seed), &plan, &mut Norms::Batch(&mut batch));
        calibration.add(&batch);
        let mut one = Calibration::new();
        one.add(&batch);
        parts.push(one.finish());
    }
    let all = calibration.finish();
    assert_eq!(all.len(), parts[0].len());
    for (name, layer) in all.iter() {
        let sum = |pick: fn(&scalenas_model::LayerStatistics<Plain>) -> Tensor<Plain, 1>| {
            let values = parts.iter().map(|part| pick(part.get(name).expect("the same layers")));
            values.reduce(|a, b| a + b).expect("three parts") / 3.0
        };
        close(name, &layer.mean.to_data(), &sum(|l| l.mean.clone()).into_data(), EXACT);
        close(name, &layer.variance.to_data(), &sum(|l| l.variance.clone()).into_data(), EXACT);
    }
    assert!(supernet.to_named() == weights, "calibration changed weights");
}

#[test]
fn files_keep_every_bit() {
    let spec = spec();
    let supernet = supernet(&spec);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let architecture = Architecture::middle(&spec);
    let statistics = calibrated(&supernet, &architecture);
    let [first, second, single] = ["first", "second", "single"]
        .map(|name| folder.path().join(name).with_extension("safetensors"));
    save_supernet(&first, &supernet, &statistics).expect("written");
    let (read, read_statistics) = load_supernet::<Plain>(&first, &device()).expect("read");
    assert!(read.to_named() == supernet.to_named());
    save_supernet(&second, &read, &read_statistics).expect("written");
    assert!(std::fs::read(&first).unwrap() == std::fs::read(&second).unwrap());
    let network = supernet.extract(&architecture, &statistics);
    network.save(&single).expect("written");
    let read = ScaleNet::<Plain>::load(&single, &device()).expect("read");
    assert_eq!(read.architecture(), network.architecture());
    let x = pictures(1);
    assert_eq!(read.forward(x.clone()).into_data(), network.forward(x).into_data());
}

#[test]
fn wrong_files_are_named_and_change_nothing() {
    let spec = spec();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("whole.safetensors");
    let mut wider = spec.clone();
    wider.widths[0] *= 2;
    let other = Supernet::<Plain>::new(&wider, 0, &device());
    let mut supernet = supernet(&spec);
    let before = supernet.to_named();
    let error = supernet.load_named(&other.to_named(), Absent::Refuse, "wide").unwrap_err();
    let said = error.to_string();
    assert!(said.contains("wide") && said.contains("16") && said.contains("32"), "{said}");
    assert!(supernet.to_named() == before);
    save_supernet(&path, &supernet, &supernet.initial_statistics(&device())).expect("written");
    let bytes = std::fs::read(&path).unwrap();
    let cut = folder.path().join("cut.safetensors");
    for length in [0, 7, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&cut, &bytes[..length]).unwrap();
        let error = load_supernet::<Plain>(&cut, &device()).unwrap_err().to_string();
        assert!(error.contains("cut.safetensors"), "{error}");
    }
}
