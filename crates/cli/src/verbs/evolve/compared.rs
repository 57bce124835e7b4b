//! A search beside random networks: as many of them, under the same ceilings, from the same beginning.

use std::iter;

use scalenas_eval::ranking::{Interval, interval};
use scalenas_evolve::{Growth, Outcome, Scale};
use serde::Serialize;

/// A search of one seed, and the random networks that it is compared with.
pub struct Compared {
    /// Seed of the draws.
    pub seed: u64,
    /// The search.
    pub found: Outcome,
    /// Random networks, where they are wanted.
    pub random: Option<Outcome>,
}

impl Compared {
    /// The search, and the random networks where there are some.
    pub fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        iter::once(&self.found).chain(&self.random)
    }
}

/// Growth of the front of a seed, by the search and by random networks.
#[derive(Debug, Serialize)]
pub struct SeedGrowth {
    /// Seed of the draws.
    pub seed: u64,
    /// Front of the search, generation by generation.
    pub search: Vec<Growth>,
    /// Front of random networks.
    pub random: Option<Vec<Growth>>,
}

/// Advantage of the search over random networks in the hypervolume of the final front, over seeds.
#[derive(Debug, Serialize)]
pub struct Advantage {
    /// Mean over seeds.
    pub mean: f64,
    /// Interval of the mean that holds it with a probability of 95 %; `None` for fewer than three seeds.
    pub interval: Option<Interval>,
    /// Seeds in which the search has the larger volume.
    pub ahead: usize,
    /// Number of seeds.
    pub seeds: usize,
}

/// Growth of the fronts of all seeds on one scale.
pub fn growth(compared: &[Compared]) -> Vec<SeedGrowth> {
    let outcomes: Vec<&Outcome> = compared.iter().flat_map(Compared::outcomes).collect();
    let Some(scale) = Scale::of(&outcomes) else { return Vec::new() };
    let of_seed = |one: &Compared| SeedGrowth {
        seed: one.seed,
        search: scale.growth(&one.found),
        random: one.random.as_ref().map(|random| scale.growth(random)),
    };
    compared.iter().map(of_seed).collect()
}

/// Advantage of the search over random networks; `None` without them.
pub fn advantage(seeds: &[SeedGrowth]) -> Option<Advantage> {
    let end = |growth: &[Growth]| growth.last().map(|growth| growth.volume);
    let differences: Vec<f64> = seeds
        .iter()
        .filter_map(|seed| Some(end(&seed.search)? - end(seed.random.as_ref()?)?))
        .collect();
    let count = differences.len();
    let mean_of = |indices: &[usize]| {
        indices.iter().map(|&index| differences[index]).sum::<f64>() / indices.len() as f64
    };
    let all: Vec<usize> = (0..count).collect();
    (count > 0).then(|| Advantage {
        mean: mean_of(&all),
        interval: (count > 2).then(|| interval(count, |indices| Some(mean_of(indices)))).flatten(),
        ahead: differences.iter().filter(|&&difference| difference > 0.0).count(),
        seeds: count,
    })
}

/// Lines about the growth of the front over its initial draw, beside random networks.
pub fn lines(seeds: &[SeedGrowth]) -> Vec<String> {
    let mut lines: Vec<String> = seeds.iter().filter_map(line).collect();
    if seeds.len() > 1
        && let Some(Advantage { mean, interval, ahead, seeds }) = advantage(seeds)
    {
        let interval = interval.map_or_else(String::new, |Interval { low, high }| {
            format!(" (95 %: {low:+.4} to {high:+.4})")
        });
        lines.push(format!(
            "search against random networks: {mean:+.4}{interval}, ahead in {ahead} of {seeds} seeds"
        ));
    }
    lines
}

fn line(seed: &SeedGrowth) -> Option<String> {
    let (first, last) = (seed.search.first()?, seed.search.last()?);
    if last.generation == 0 {
        return None;
    }
    let percent = |volume: f64| {
        if first.volume > 0.0 {
            format!(" ({:+.1} %)", 100.0 * (volume / first.volume - 1.0))
        } else {
            String::new()
        }
    };
    let random =
        seed.random.as_ref().and_then(|random| random.last()).map_or_else(String::new, |random| {
            format!(
                "; by {} random networks {:.4}{}",
                random.scored,
                random.volume,
                percent(random.volume)
            )
        });
    Some(format!(
        "seed {}: hypervolume {:.4} of the initial draw, {:.4}{} after {} networks{random}",
        seed.seed,
        first.volume,
        last.volume,
        percent(last.volume),
        last.scored,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed(seed: u64, search: f64, random: f64) -> SeedGrowth {
        let growth = |volume| {
            let at =
                |generation, volume| Growth { generation, scored: 10 + 5 * generation, volume };
            vec![at(0, 0.5), at(1, volume)]
        };
        SeedGrowth { seed, search: growth(search), random: Some(growth(random)) }
    }

    #[test]
    fn the_advantage_is_a_mean_with_an_interval() {
        let seeds = [seed(0, 0.8, 0.6), seed(1, 0.7, 0.6), seed(2, 0.6, 0.7)];
        let found = advantage(&seeds).unwrap();
        assert!((found.mean - 0.2 / 3.0).abs() < 1e-12);
        assert_eq!((found.ahead, found.seeds), (2, 3));
        let interval = found.interval.unwrap();
        assert!(interval.low < 0.0 && interval.high > 0.1);
        let lines = lines(&seeds);
        assert_eq!(lines.len(), 4);
        assert_eq!(
            lines[0],
            "seed 0: hypervolume 0.5000 of the initial draw, 0.8000 (+60.0 %) after 15 networks; \
             by 15 random networks 0.6000 (+20.0 %)"
        );
        assert!(lines[3].contains("ahead in 2 of 3 seeds"), "{lines:?}");
    }
}
