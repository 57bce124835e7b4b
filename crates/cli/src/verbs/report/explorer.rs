//! Networks of a search for the interactive view of the page.

use std::collections::BTreeSet;

use scalenas_evolve::{Candidate, Origin, Outcome};
use scalenas_report::{Better, ExploredNet, Explorer, Objective, Preference, Preferences};
use scalenas_space::{SpaceSpec, Tendency};
use scalenas_train::{Figure, RunFolder};

use super::budgets::commands;
use crate::task::figures;
use crate::verbs::evolve::noise::Noise;

/// Stride of the finest branch.
const FINEST: usize = 4;

/// All networks of a search, and the random ones that it is compared with.
pub fn explorer(run: &RunFolder, outcome: &Outcome, random: Option<&Outcome>) -> Explorer {
    let space = &run.info().space;
    let figures = figures(space);
    let noise = Noise::read(&run.search());
    let measured = outcome.candidates.iter().all(|candidate| candidate.milliseconds.is_some());
    let objectives = objectives(&figures, measured);
    // Costs come after the scores; the price of the search is the last or the first of them.
    let price = if measured { objectives.len() - 1 } else { figures.len() };
    let mut seen = BTreeSet::new();
    let drawn = random.iter().flat_map(|random| &random.candidates).map(|c| (c, true));
    let all = outcome.candidates.iter().map(|c| (c, false)).chain(drawn);
    let networks = all.filter(|(candidate, _)| seen.insert(&candidate.id));
    let network = |(candidate, is_random): (&Candidate, bool)| {
        let own = noise.as_ref().and_then(|noise| noise.of(&candidate.id));
        let mut deviations: Vec<Option<f64>> = vec![None; objectives.len()];
        for (place, deviation) in
            deviations.iter_mut().zip(own.iter().flat_map(|own| &own.deviation))
        {
            *place = Some(*deviation);
        }
        ExploredNet {
            id: candidate.id.clone(),
            values: values(candidate, measured),
            deviations,
            generation: candidate.origin.generation(),
            parents: parents(candidate),
            architecture: candidate.architecture.clone(),
            is_random,
        }
    };
    Explorer {
        networks: networks.map(network).collect(),
        axes: [price, 0],
        commands: commands(run, "ID"),
        branches: branches(space),
        steps: space.steps,
        objectives,
    }
}

/// Depth and fusion of the networks of the initial draw, of the front, and of the published networks.
pub fn preferences(run: &RunFolder, outcome: &Outcome) -> Preferences {
    let space = &run.info().space;
    let drawn = outcome.candidates.iter().filter(|c| matches!(c.origin, Origin::Initial { .. }));
    let front = outcome.front();
    let set = |name: &str, tendency| Preference { name: name.to_owned(), tendency };
    let sets = vec![
        set("initial draw", Tendency::of(space, drawn.map(|c| &c.architecture))),
        set("front", Tendency::of(space, front.iter().map(|c| &c.architecture))),
        set("P1 to P4", Tendency::published_pose()),
    ];
    Preferences { branches: branches(space), sets }
}

fn objectives(figures: &[Figure], measured: bool) -> Vec<Objective> {
    let cost =
        |name: &str, digits| Objective { name: name.to_owned(), better: Better::Low, digits };
    let scores = figures.iter().map(|figure| Objective {
        name: figure.name().to_owned(),
        better: Better::High,
        digits: 3,
    });
    let mut objectives: Vec<Objective> = scores.collect();
    objectives.extend([
        cost("GMACs (10^9)", 4),
        cost("M parameters", 3),
        cost("MiB of activations", 2),
    ]);
    objectives.extend(measured.then(|| cost("milliseconds", 3)));
    objectives
}

/// Values of a candidate in the order of [`objectives`].
fn values(candidate: &Candidate, measured: bool) -> Vec<f64> {
    let cost = &candidate.cost;
    let mut values = candidate.fitness.clone();
    values.extend([
        cost.gmacs(),
        cost.parameters as f64 / 1e6,
        cost.activation_bytes as f64 / f64::from(1 << 20),
    ]);
    values.extend(candidate.milliseconds.filter(|_| measured));
    values
}

fn parents(candidate: &Candidate) -> Vec<String> {
    match &candidate.origin {
        Origin::Offspring { parents: (parent, mate), .. } if parent == mate => vec![parent.clone()],
        Origin::Offspring { parents: (parent, mate), .. } => vec![parent.clone(), mate.clone()],
        _ => Vec::new(),
    }
}

/// Names of the branches: the share of the input's resolution.
fn branches(space: &SpaceSpec) -> Vec<String> {
    (0..space.widths.len()).map(|branch| format!("1/{}", FINEST << branch)).collect()
}
