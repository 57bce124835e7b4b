//! Calibration: averages are exact, belong to one subnet, and change nothing else.

use std::collections::BTreeSet;

use burn::tensor::{DType, Tensor, TensorData};
use proptest::prelude::*;
use scalenas_model::{
    Calibration, FoldedSubnet, LayerStatistics, NamedParameters, Statistics, Supernet,
};
use scalenas_space::plan::Plan;
use scalenas_space::{Architecture, SpaceSpec};

use crate::common::nets::{batch_statistics, calibrated, family, pictures, spec, supernet};
use crate::common::{Plain, close};

/// Relative error of the same average in another order of summation.
const EXACT: f64 = 1e-6;
/// Sizes of the batches, which weigh their statistics.
const BATCHES: [usize; 3] = [1, 4, 2];

/// The statistics of a single batch: its means and biased variances.
fn alone(supernet: &Supernet<Plain>, plan: &Plan, pictures: Tensor<Plain, 4>) -> Statistics<Plain> {
    let mut calibration = Calibration::new(supernet, plan.clone());
    calibration.add(pictures);
    calibration.finish().statistics().clone()
}

/// A value of one layer, averaged over batches in float64 by their sizes.
fn average(
    parts: &[Statistics<Plain>],
    name: &str,
    pick: fn(&LayerStatistics<Plain>) -> &Tensor<Plain, 1>,
) -> TensorData {
    let values = |part: &Statistics<Plain>| -> Vec<f64> {
        let layer = part.get(name).expect("every batch runs the same layers");
        pick(layer).to_data().iter::<f64>().collect()
    };
    let columns: Vec<Vec<f64>> = parts.iter().map(values).collect();
    let all: usize = BATCHES.iter().sum();
    let channel = |c: usize| {
        let weighted = columns.iter().zip(BATCHES).map(|(column, n)| column[c] * n as f64);
        (weighted.sum::<f64>() / all as f64) as f32
    };
    let averages: Vec<f32> = (0..columns[0].len()).map(channel).collect();
    let count = averages.len();
    TensorData::new(averages, [count])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn averages_are_exact_and_of_executed_layers_only(seed in 0u64..1000) {
        let spec = spec();
        let supernet = supernet(&spec);
        let weights = supernet.to_named();
        for architecture in family(&spec, seed) {
            let plan = supernet.plan(&architecture);
            let mut calibration = Calibration::new(&supernet, plan.clone());
            let mut parts = Vec::new();
            let mut run = BTreeSet::new();
            for (seed, size) in (0..).zip(BATCHES) {
                let batch = batch_statistics(&supernet, &plan, pictures(seed, size));
                calibration.add(pictures(seed, size));
                parts.push(alone(&supernet, &plan, pictures(seed, size)));
                run = batch.names().map(str::to_owned).collect();
            }
            let all = calibration.finish();
            let all = all.statistics();
            prop_assert_eq!(all.iter().map(|(name, _)| name.to_owned()).collect::<BTreeSet<_>>(), run);
            for (name, layer) in all.iter() {
                close(name, &layer.mean.to_data(), &average(&parts, name, |l| &l.mean), EXACT);
                let variance = average(&parts, name, |l| &l.variance);
                close(name, &layer.variance.to_data(), &variance, EXACT);
            }
        }
        prop_assert!(supernet.to_named() == weights, "calibration changed shared weights");
    }

    #[test]
    fn calibrating_others_between_changes_nothing(seed in 0u64..1000) {
        let spec = spec();
        let supernet = supernet(&spec);
        let [first, others @ ..] = family(&spec, seed);
        let before = calibrated(&supernet, &first).statistics().to_named();
        for other in &others {
            calibrated(&supernet, other);
        }
        prop_assert!(calibrated(&supernet, &first).statistics().to_named() == before);
    }

    #[test]
    fn running_statistics_move_only_where_a_subnet_ran(seed in 0u64..1000) {
        /// Momentum of the update.
        const MOMENTUM: f64 = 0.1;
        let spec = spec();
        let supernet = supernet(&spec);
        for architecture in family(&spec, seed) {
            let plan = supernet.plan(&architecture);
            let batch = batch_statistics(&supernet, &plan, pictures(seed, 2));
            let run: BTreeSet<&str> = batch.names().collect();
            let initial = supernet.initial_statistics(&crate::common::device());
            let mut running = initial.clone();
            running.update(&batch, MOMENTUM);
            prop_assert_eq!(running.len(), initial.len());
            for (name, layer) in running.iter() {
                let old = initial.get(name).expect("the same layers");
                let moved = layer.mean.to_data() != old.mean.to_data()
                    && layer.variance.to_data() != old.variance.to_data();
                prop_assert_eq!(moved, run.contains(name), "{}", name);
            }
        }
    }
}

/// Relative difference of folded and frozen normalisation.
const FOLDED: f64 = 1e-4;

fn same(name: &str, found: &Tensor<Plain, 4>, expected: &Tensor<Plain, 4>) {
    close(name, &found.to_data(), &expected.to_data(), FOLDED);
}

#[test]
fn folded_subnets_predict_the_same() {
    for preset in SpaceSpec::presets().iter().filter(|name| name.starts_with("tiny")) {
        let spec = SpaceSpec::preset(preset).expect("a preset");
        let supernet = supernet(&spec);
        for architecture in family(&spec, 3) {
            let calibrated = calibrated(&supernet, &architecture);
            let expected = supernet.predict(pictures(5, 2), &calibrated);
            let found =
                FoldedSubnet::new(&supernet, calibrated, DType::F32).predict(pictures(5, 2));
            same(preset, &found.coarse, &expected.coarse);
            if let Some((found, expected)) = found.fine.zip(expected.fine) {
                same(preset, &found, &expected);
            }
        }
    }
    // One head of two: the other one has no statistics.
    let spec = SpaceSpec::tiny_multitask();
    let supernet = supernet(&spec);
    let plan = supernet.plan_for(&spec.heads[1..], &Architecture::smallest(&spec));
    let mut calibration = Calibration::new(&supernet, plan);
    calibration.add(pictures(5, 2));
    let calibrated = calibration.finish();
    let expected = supernet.predict(pictures(6, 1), &calibrated).coarse;
    let found = FoldedSubnet::new(&supernet, calibrated, DType::F32).predict(pictures(6, 1)).coarse;
    same("one head", &found, &expected);
}
