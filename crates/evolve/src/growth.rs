//! Growth of a front: its hypervolume after every generation, on a scale that several searches share.

use crate::candidate::Candidate;
use crate::outcome::Outcome;
use crate::selection::hypervolume;

/// Scale of the fronts of searches: the worst of their initial populations is the reference, and the most expensive
/// candidate costs 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    reference: Vec<f64>,
    most: f64,
}

/// Front of a search after a generation.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Growth {
    /// The generation; 0 is the initial population.
    pub generation: usize,
    /// Candidates scored so far.
    pub scored: usize,
    /// Hypervolume of their front.
    pub volume: f64,
}

impl Scale {
    /// Scale of searches of one space, tasks and price; `None` if nothing is scored.
    pub fn of(outcomes: &[&Outcome]) -> Option<Self> {
        let all = || outcomes.iter().flat_map(|outcome| &outcome.candidates);
        let most = all().map(Candidate::price).fold(f64::MIN_POSITIVE, f64::max);
        let initial = all().filter(|candidate| candidate.origin.generation() == 0);
        let mut reference = initial
            .chain(all().take(1))
            .map(Candidate::objectives)
            .reduce(|worst, point| worst.iter().zip(&point).map(|(a, b)| a.max(*b)).collect())?;
        // The most expensive network counts by its score, too.
        reference[0] = 1.0 + f64::EPSILON;
        Some(Self { reference, most })
    }

    /// Growth of the front of one of the searches, generation by generation.
    pub fn growth(&self, outcome: &Outcome) -> Vec<Growth> {
        let last = outcome.candidates.iter().map(|c| c.origin.generation()).max();
        let after = |generation: usize| {
            let before = outcome.candidates.iter().filter(|c| c.origin.generation() <= generation);
            let points: Vec<Vec<f64>> = before.map(|candidate| self.point(candidate)).collect();
            Growth {
                generation,
                scored: points.len(),
                volume: hypervolume(&points, &self.reference),
            }
        };
        last.map_or_else(Vec::new, |last| (0..=last).map(after).collect())
    }

    fn point(&self, candidate: &Candidate) -> Vec<f64> {
        let mut objectives = candidate.objectives();
        objectives[0] /= self.most;
        objectives
    }
}

#[cfg(test)]
mod tests {
    use scalenas_base::Size;
    use scalenas_space::{Architecture, CostModel, SpaceSpec};

    use super::*;
    use crate::candidate::Origin;
    use crate::outcome::StopReason;

    fn outcome(points: &[(u64, f64, usize)]) -> Outcome {
        let spec = SpaceSpec::tiny();
        let architecture = Architecture::smallest(&spec);
        let cost = CostModel::new(&spec, Size::new(128, 96)).unwrap().cost(&architecture);
        let candidate = |(index, &(macs, score, generation)): (usize, &(u64, f64, usize))| {
            let origin = match generation {
                0 => Origin::Initial { group: 0 },
                _ => Origin::Drawn { generation, group: 0 },
            };
            let mut cost = cost;
            cost.macs = macs;
            let (id, fitness) = (index.to_string(), vec![score]);
            let architecture = architecture.clone();
            Candidate { id, architecture, cost, milliseconds: None, origin, fitness }
        };
        let candidates = points.iter().enumerate().map(candidate).collect();
        Outcome { reason: StopReason::Generations, candidates }
    }

    #[test]
    fn searches_with_one_beginning_start_from_one_volume() {
        let found = outcome(&[(100, 0.2, 0), (50, 0.1, 0), (50, 0.3, 1)]);
        let drawn = outcome(&[(100, 0.2, 0), (50, 0.1, 0), (200, 0.25, 1)]);
        let scale = Scale::of(&[&found, &drawn]).unwrap();
        let (found, drawn) = (scale.growth(&found), scale.growth(&drawn));
        assert_eq!(found[0], drawn[0]);
        assert_eq!((found[1].generation, found[1].scored), (1, 3));
        // The most expensive of both costs 1: 0.75 of the price and 0.2 of the score are ahead of the reference.
        assert!((found[1].volume - 0.75 * 0.2).abs() < 1e-12, "{found:?}");
        assert!(found[1].volume > drawn[1].volume && drawn[1].volume >= drawn[0].volume);
        assert_eq!(Scale::of(&[&outcome(&[])]), None);
    }
}
