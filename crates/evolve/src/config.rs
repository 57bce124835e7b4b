//! Options of a search; the defaults are those of the ScaleNAS paper.

use scalenas_space::vary::MutationRates;
use scalenas_space::{Architecture, CostModel, SpaceSpec};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::limits::Limits;

/// Rounds of halving at most: children that are judged by less than one picture in 64 are drawn by lot.
const MOST_ROUNDS: usize = 6;

/// Algorithm of a search.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// Peeled fronts, parents in turn, mates among them: as published.
    #[default]
    Published,
    /// Pareto rank and crowding, pairs by tournaments.
    Nsga2,
    /// The newest candidates, the best of a sample, mutation alone.
    Regularised,
    /// Random networks of the groups of the initial population: the baseline.
    Random,
}

/// Options of an evolutionary search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SearchConfig {
    /// Algorithm.
    pub algorithm: Algorithm,
    /// Random networks per group of the initial population (15 groups).
    pub initial_per_group: usize,
    /// Parents of each generation.
    pub survivors: usize,
    /// Generations after the initial population.
    pub generations: usize,
    /// New networks per generation.
    pub offspring: usize,
    /// Children that are bred per network of a generation: those with the best predicted scores are taken. 1 for no
    /// prediction.
    pub screen: usize,
    /// Rounds of successive halving: as many times twice the children are bred, and in every round the better half of
    /// them goes on to twice the held-out pictures, until `offspring` of them are scored on all.
    pub halving: usize,
    /// Probability with which a module comes from the mate, in [0, 1].
    pub crossover: f64,
    /// Probabilities of mutations.
    pub mutation: MutationRates,
    /// Ceilings on the cost of candidates.
    pub limits: Limits,
    /// Maximum number of draws for one network that is new and within the ceilings.
    pub attempts: usize,
    /// Generations without a larger hypervolume after which the search has converged; 0 for never.
    pub patience: usize,
    /// Candidates per call of the fitness: the maximum that a kill loses.
    pub batch: usize,
    /// Seed of all draws.
    pub seed: u64,
    /// Whether random networks, as many as the generations score, are scored as well to compare with.
    pub baseline: bool,
}

impl Default for SearchConfig {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Published,
            initial_per_group: 67,
            survivors: 100,
            generations: 20,
            offspring: 100,
            screen: 1,
            halving: 0,
            crossover: 0.25,
            mutation: MutationRates::default(),
            limits: Limits::default(),
            attempts: 200,
            patience: 0,
            batch: 10,
            seed: 0,
            baseline: true,
        }
    }
}

impl SearchConfig {
    /// Children of a generation before it is halved.
    pub(crate) fn children(&self) -> usize {
        self.offspring << self.halving
    }

    /// The random search to compare with: equal limits, beginning and number of pictures that are looked at. `None` where
    /// none is wanted, or the search is one.
    pub fn random(&self) -> Option<Self> {
        let wanted = self.baseline && self.generations > 0 && self.algorithm != Algorithm::Random;
        wanted.then(|| Self {
            algorithm: Algorithm::Random,
            patience: 0,
            screen: 1,
            // A round looks at as many pictures as the generation that is left of it.
            offspring: self.offspring * (1 + self.halving),
            halving: 0,
            ..self.clone()
        })
    }

    /// Checks ranges, and that the ceilings leave something of the space.
    pub fn validate(&self, spec: &SpaceSpec, costs: &CostModel) -> Result<()> {
        let counts = [
            ("survivors", self.survivors),
            ("offspring", self.offspring),
            ("screen", self.screen),
            ("attempts", self.attempts),
            ("batch", self.batch),
        ];
        for (key, value) in counts {
            if value == 0 {
                return Err(Error::Option { key, value: "0".to_owned(), accepted: "at least 1" });
            }
        }
        if self.halving > MOST_ROUNDS {
            let value = self.halving.to_string();
            return Err(Error::Option { key: "halving", value, accepted: "0 to 6 rounds" });
        }
        let rates = [
            ("crossover", self.crossover),
            ("mutation.depth", self.mutation.depth),
            ("mutation.fusion", self.mutation.fusion),
        ];
        for (key, value) in rates {
            if !(0.0..=1.0).contains(&value) {
                let value = value.to_string();
                return Err(Error::Option { key, value, accepted: "a probability from 0 to 1" });
            }
        }
        self.limits.check_cost(spec, &costs.cost(&Architecture::smallest(spec)))
    }
}
