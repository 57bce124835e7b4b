//! Different architectures spread over the costs of a space, to compare rankings on.

use std::collections::BTreeMap;

use crate::architecture::Architecture;
use crate::cost::CostModel;
use crate::rng;
use crate::spec::SpaceSpec;

use super::{cycle, group, initial_groups};

/// Draws per group behind the choice.
const DRAWS: u64 = 24;

/// At most `count` canonical architectures of different functions whose multiply-accumulates are spread evenly
/// between the smallest and the largest network, which are among them; ascending. They follow from the space and
/// the input alone.
pub fn spread(spec: &SpaceSpec, costs: &CostModel, count: usize) -> Vec<Architecture> {
    let mut pool = BTreeMap::new();
    let mut add = |architecture: &Architecture| {
        let canonical = architecture.canonical(spec);
        pool.insert((costs.cost(&canonical).macs, canonical.id(spec)), canonical);
    };
    add(&Architecture::smallest(spec));
    add(&Architecture::largest(spec));
    for (index, drawn) in cycle(spec).iter().chain(&initial_groups(spec)).enumerate() {
        for number in 0..DRAWS {
            let mut random = rng::stream(0, "spread", &[index as u64, number]);
            add(&group(spec, drawn, &mut random));
        }
    }
    let mut left: Vec<(u64, Architecture)> =
        pool.into_iter().map(|((macs, _), architecture)| (macs, architecture)).collect();
    let (Some(&(low, _)), Some(&(high, _))) = (left.first(), left.last()) else {
        return Vec::new();
    };
    let mut chosen = Vec::new();
    for place in 0..count.min(left.len()) {
        let share = place as f64 / (count.max(2) - 1) as f64;
        let wanted = low as f64 + share * (high - low) as f64;
        let distance = |(macs, _): &(u64, Architecture)| (*macs as f64 - wanted).abs();
        let nearest =
            (0..left.len()).min_by(|&i, &j| distance(&left[i]).total_cmp(&distance(&left[j])));
        chosen.push(left.remove(nearest.expect("the pool has more")));
    }
    chosen.sort_by_key(|(macs, _)| *macs);
    chosen.into_iter().map(|(_, architecture)| architecture).collect()
}
