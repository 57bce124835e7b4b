//! Properties of every architecture: a network taken out of the supernet computes the same, runs the
//! layers that its cost counts, and survives folding.

use std::collections::BTreeMap;

use proptest::prelude::*;
use scalenas_model::{NamedParameters, Parameter, Supernet};
use scalenas_space::plan::{Plan, Reach};
use scalenas_space::{cost, layers};

use crate::common::nets::{INPUT, batch_statistics, calibrated, family, pictures, spec, supernet};
use crate::common::{Plain, close, device};

/// Pictures in a batch.
const BATCH: usize = 2;
/// Relative error of folding normalisation into convolutions.
const FOLD: f64 = 1e-4;
/// The convolution without a normalisation behind it.
const LAST: &str = "final_layer";

/// The convolution in front of a normalisation.
fn convolution(norm: &str) -> String {
    let (front, last) = norm.rsplit_once('.').map_or(("", norm), |(front, last)| (front, last));
    let last =
        last.parse::<usize>().map_or_else(|_| last.replace("bn", "conv"), |n| (n - 1).to_string());
    if front.is_empty() { last } else { format!("{front}.{last}") }
}

/// Multiplications per output pixel of every convolution, from the shapes of the weights.
fn kernels(supernet: &mut Supernet<Plain>) -> BTreeMap<String, usize> {
    let mut kernels = BTreeMap::new();
    supernet.for_each(&mut |name, parameter| {
        if let Parameter::Kernel(kernel) = parameter {
            let name = name.trim_end_matches(".weight").to_owned();
            kernels.insert(name, kernel.dims().iter().product::<usize>());
        }
    });
    kernels
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_calibrated_extraction_is_the_supernet(seed in 0u64..1000) {
        let spec = spec();
        let supernet = supernet(&spec);
        for architecture in family(&spec, seed) {
            prop_assert!(architecture.validate(&spec).is_ok());
            let statistics = calibrated(&supernet, &architecture);
            let x = pictures(3, BATCH);
            let expected = supernet.predict(x.clone(), &statistics).coarse;
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
        let kernels = kernels(&mut supernet);
        for architecture in family(&spec, seed) {
            let cost = cost::cost(&spec, &architecture, INPUT).expect("a valid input");
            for (reach, expected) in [(Reach::Executed, cost.macs), (Reach::Live, cost.live_macs)] {
                let plan = Plan::new(&spec, &architecture, reach);
                let batch = batch_statistics(&supernet, &plan, pictures(0, BATCH));
                let macs = |(norm, samples)| kernels[&convolution(norm)] * samples / BATCH;
                let mut counted: usize = batch.samples().map(macs).sum();
                // Heatmaps are a quarter of the input.
                counted += kernels[LAST] * (INPUT.height / 4) * (INPUT.width / 4);
                prop_assert_eq!(counted as u64, expected);
                let listed = layers::layers(&spec, &architecture, INPUT, reach).expect("valid");
                let mut listed: Vec<String> = listed.into_iter().map(|layer| layer.name).collect();
                let mut run: Vec<String> = batch.names().map(convolution).collect();
                run.push(LAST.to_owned());
                listed.sort();
                run.sort();
                prop_assert_eq!(run, listed);
            }
            let statistics = supernet.initial_statistics(&device());
            let plan = supernet.plan(&architecture);
            let subnet = supernet.with_running_statistics(plan, &statistics);
            let network = supernet.extract(&architecture, &subnet);
            prop_assert_eq!(network.parameters() as u64, cost.live_parameters);
        }
    }

    /// Equal canonical forms are equal networks: what distinguishes the others never runs.
    #[test]
    fn a_canonical_form_computes_the_same(seed in 0u64..1000) {
        let spec = spec();
        let supernet = supernet(&spec);
        for architecture in family(&spec, seed) {
            let canonical = architecture.canonical(&spec);
            let statistics = calibrated(&supernet, &architecture);
            let x = pictures(4, BATCH);
            let [one, other] = [&architecture, &canonical]
                .map(|a| supernet.extract(a, &statistics).forward(x.clone()).into_data());
            prop_assert_eq!(one, other);
        }
    }
}
