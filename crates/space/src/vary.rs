//! Variation: mutation of depth and fusion, crossover by module, both over the whole space.
//!
//! The published search mutates fusion bits alone and never touches the last module; here depths
//! and all modules vary. Results are valid by construction.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::architecture::{Architecture, ModuleArch, all_sources};
use crate::spec::SpaceSpec;

/// Probabilities of mutations, in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MutationRates {
    /// Probability with which a branch draws a new depth.
    pub depth: f64,
    /// Probability with which a non-identity fusion bit flips.
    pub fusion: f64,
}

impl Default for MutationRates {
    /// The published rate for fusion bits, and 0.1 for depths.
    fn default() -> Self {
        Self { depth: 0.1, fusion: 0.2 }
    }
}

/// A mutated copy. Steps that a longer branch gains start with uniformly drawn fusion.
pub fn mutate(
    spec: &SpaceSpec,
    parent: &Architecture,
    rates: &MutationRates,
    random: &mut impl Rng,
) -> Architecture {
    let mut child = parent.clone();
    for (index, module) in child.modules.iter_mut().enumerate() {
        for branch in 0..module.branches() {
            mutate_depth(spec, module, branch, rates.depth, random);
            mutate_fusion(module, branch, rates.fusion, random);
        }
        if spec.is_converging(index) {
            module.converge();
        }
    }
    child
}

/// A copy of `first` in which every module comes from `second` with probability `rate`.
pub fn crossover(
    first: &Architecture,
    second: &Architecture,
    rate: f64,
    random: &mut impl Rng,
) -> Architecture {
    let pairs = first.modules.iter().zip(&second.modules);
    let modules = pairs.map(|(a, b)| if random.random_bool(rate) { *b } else { *a });
    Architecture { modules: modules.collect() }
}

fn mutate_depth(
    spec: &SpaceSpec,
    module: &mut ModuleArch,
    branch: usize,
    rate: f64,
    random: &mut impl Rng,
) {
    if !random.random_bool(rate) {
        return;
    }
    let old = module.depth(branch);
    let depth = *spec.depth_choices.choose(random).expect("a space has depths");
    module.set_depth(branch, depth);
    let every = all_sources(module.branches());
    for step in old..depth {
        let drawn = random.random_range(0..=u8::MAX) & every;
        module.set_sources(branch, step, drawn | 1 << branch);
    }
}

fn mutate_fusion(module: &mut ModuleArch, branch: usize, rate: f64, random: &mut impl Rng) {
    for step in 0..module.depth(branch) {
        let others = (0..module.branches()).filter(|&source| source != branch);
        let flips =
            others.fold(0u8, |mask, source| mask | u8::from(random.random_bool(rate)) << source);
        module.set_sources(branch, step, module.sources(branch, step) ^ flips);
    }
}
