//! Sampling: uniform, by group, the cycle of grouped sampling, and fair.
//!
//! Source: ScaleNAS, "grouped sampling" and the initial population of the search.

mod fair;
mod spread;

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use crate::architecture::{Architecture, ModuleArch};
use crate::rng;
use crate::spec::{LastModule, MAX_BRANCHES, SpaceSpec};

pub use fair::fair;
pub use spread::spread;

/// Group of architectures: a probability of fusion bits, and the depths to choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Probability of each non-identity bit.
    pub fusion_rate: f64,
    /// Depths of a branch, each equally likely.
    pub depths: Vec<usize>,
}

/// Fusion rate of the smallest group of a segmentation space.
const SEGMENTATION_CORNER_RATE: f64 = 0.1;
/// Fusion rate and first depth choice (two neighbours are taken) of the groups between the corners.
const CYCLE: [(f64, usize); 9] =
    [(0.2, 1), (0.2, 2), (0.5, 0), (0.5, 1), (0.5, 2), (0.8, 0), (0.8, 1), (0.8, 2), (0.2, 0)];
/// Fusion rates of the initial population.
const INITIAL_RATES: [f64; 5] = [0.2, 0.35, 0.5, 0.65, 0.8];
/// Pairs of neighbouring depths among the published choices 2 to 5.
const DEPTH_PAIRS: usize = 3;

/// Draws every depth uniformly from the choices, and every fusion bit with probability 1/2.
pub fn uniform(spec: &SpaceSpec, random: &mut impl Rng) -> Architecture {
    group(spec, &Group { fusion_rate: 0.5, depths: spec.depth_choices.clone() }, random)
}

/// Draws the uniform subnet of a training iteration by the seed and the iteration alone; `place` tells apart
/// the subnets of one iteration.
pub fn uniform_of(spec: &SpaceSpec, seed: u64, iteration: u64, place: u64) -> Architecture {
    uniform(spec, &mut rng::stream(seed, "uniform sampling", &[iteration, place]))
}

/// Draws an architecture of a group.
pub fn group(spec: &SpaceSpec, group: &Group, random: &mut impl Rng) -> Architecture {
    let modules = spec.module_branches().into_iter().enumerate();
    let modules = modules.map(|(index, branches)| draw(spec, index, branches, group, random));
    Architecture { modules: modules.collect() }
}

/// Draws the subnet of a training iteration: groups take turns, and the draw depends on the seed
/// and the iteration alone, so that every worker and every resumed run trains the same one.
pub fn grouped(spec: &SpaceSpec, seed: u64, iteration: u64) -> Architecture {
    let cycle = cycle(spec);
    let turn = (iteration % cycle.len() as u64) as usize;
    group(spec, &cycle[turn], &mut rng::stream(seed, "grouped sampling", &[iteration]))
}

/// Groups of grouped sampling, 11 in order: the smallest network, nine between, the largest.
pub fn cycle(spec: &SpaceSpec) -> Vec<Group> {
    let corner = match spec.last_module {
        LastModule::HighestResolution => 0.0,
        LastModule::AllBranches => SEGMENTATION_CORNER_RATE,
    };
    let smallest = Group { fusion_rate: corner, depths: vec![spec.depth_choices[0]] };
    let largest = Group { fusion_rate: 1.0, depths: vec![spec.steps] };
    let between = CYCLE
        .iter()
        .map(|&(fusion_rate, pair)| Group { fusion_rate, depths: depth_pair(spec, pair) });
    std::iter::once(smallest).chain(between).chain([largest]).collect()
}

/// Groups of the search's initial population, 15 in order.
pub fn initial_groups(spec: &SpaceSpec) -> Vec<Group> {
    let rates = INITIAL_RATES.iter();
    rates
        .flat_map(|&fusion_rate| {
            (0..DEPTH_PAIRS).map(move |pair| Group { fusion_rate, depths: depth_pair(spec, pair) })
        })
        .collect()
}

/// Neighbouring depths: with the published choices {2,3}, {3,4} and {4,5}. Spaces with other
/// choices spread the three pairs over theirs.
fn depth_pair(spec: &SpaceSpec, pair: usize) -> Vec<usize> {
    let choices = &spec.depth_choices;
    let starts = choices.len().saturating_sub(2);
    let start = pair * starts / (DEPTH_PAIRS - 1);
    choices[start..choices.len().min(start + 2)].to_vec()
}

fn draw(
    spec: &SpaceSpec,
    index: usize,
    branches: usize,
    group: &Group,
    random: &mut impl Rng,
) -> ModuleArch {
    let mut depth = [0; MAX_BRANCHES];
    for depth in &mut depth[..branches] {
        *depth = *group.depths.choose(random).expect("a group has depths");
    }
    let mut module = ModuleArch::new(&depth[..branches]);
    for branch in 0..branches {
        for step in 0..module.depth(branch) {
            let bits = (0..branches).filter(|&source| source != branch);
            let bits = bits.fold(1 << branch, |mask, source| {
                mask | u8::from(random.random_bool(group.fusion_rate)) << source
            });
            module.set_sources(branch, step, bits);
        }
    }
    if spec.is_converging(index) {
        module.converge();
    }
    module
}
