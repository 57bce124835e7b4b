//! Fair sampling: within a cycle, every depth of a branch and every fusion of a step runs equally often.
//!
//! Source: the strict fairness of FairNAS (arXiv 1907.01845), carried over from parallel choices to depths, which
//! nest, and to fusions, which are on or off.

use rand::RngExt;
use rand::seq::SliceRandom;

use crate::architecture::{Architecture, ModuleArch};
use crate::rng;
use crate::spec::SpaceSpec;

/// Draws the subnet of a training iteration by the seed and the iteration alone.
///
/// A cycle takes two iterations per depth choice. Both have the same depths, and each fusion is on in one of
/// them; over the cycle every branch has every depth twice.
pub fn fair(spec: &SpaceSpec, seed: u64, iteration: u64) -> Architecture {
    let choices = spec.depth_choices.len() as u64;
    let (cycle, place) = (iteration / (2 * choices), iteration % (2 * choices));
    let (pair, is_second) = (place / 2, place % 2 == 1);
    let mut depths = rng::stream(seed, "fair depths", &[cycle]);
    let mut fusions = rng::stream(seed, "fair fusions", &[cycle, pair]);
    let mut module = |index: usize, branches: usize| {
        let mut order = || {
            let mut choices = spec.depth_choices.clone();
            choices.shuffle(&mut depths);
            choices[pair as usize]
        };
        let depths: Vec<usize> = (0..branches).map(|_| order()).collect();
        let mut module = ModuleArch::new(&depths);
        for (branch, &depth) in depths.iter().enumerate() {
            for step in 0..depth {
                let drawn: u8 = fusions.random();
                let sources = if is_second { !drawn } else { drawn } & ((1 << branches) - 1);
                module.set_sources(branch, step, sources | 1 << branch);
            }
        }
        if spec.is_converging(index) {
            module.converge();
        }
        module
    };
    let modules = spec.module_branches().into_iter().enumerate();
    Architecture { modules: modules.map(|(index, branches)| module(index, branches)).collect() }
}
