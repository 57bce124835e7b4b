//! Options of a search; defaults are the paper's.

use scalenas_space::vary::MutationRates;
use scalenas_space::{Architecture, Cost, CostModel, SpaceSpec};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Ceilings; `None` for no ceiling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Most multiply-accumulates, in 10^9.
    pub max_gmacs: Option<f64>,
    /// Most parameters, in millions.
    pub max_mparams: Option<f64>,
}

impl Limits {
    /// Whether a network keeps all of them.
    pub fn admit(&self, cost: &Cost) -> bool {
        self.max_gmacs.is_none_or(|limit| cost.gmacs() <= limit)
            && self.max_mparams.is_none_or(|limit| cost.parameters as f64 / 1e6 <= limit)
    }
}

/// Options of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SearchConfig {
    /// Random networks a group of the initial population (fifteen groups).
    pub initial_per_group: usize,
    /// Parents of a generation.
    pub survivors: usize,
    /// Generations.
    pub generations: usize,
    /// New networks a generation.
    pub offspring: usize,
    /// Probability that a module comes from the mate.
    pub crossover: f64,
    /// Probabilities of mutations.
    pub mutation: MutationRates,
    /// Ceilings.
    pub limits: Limits,
    /// Attempts at a network that is new and within the ceilings, before giving up on it.
    pub attempts: usize,
    /// Generations without a larger hypervolume after which the search has converged; 0 for never.
    pub patience: usize,
    /// Candidates handed to the fitness at once: what a kill can lose.
    pub batch: usize,
    /// Seed of everything that is drawn.
    pub seed: u64,
}

impl Default for SearchConfig {
    fn default() -> Self {
        Self {
            initial_per_group: 67,
            survivors: 100,
            generations: 20,
            offspring: 100,
            crossover: 0.25,
            mutation: MutationRates::default(),
            limits: Limits::default(),
            attempts: 200,
            patience: 0,
            batch: 10,
            seed: 0,
        }
    }
}

impl SearchConfig {
    /// Checks ranges, and that the ceilings leave something of the space.
    pub fn validate(&self, spec: &SpaceSpec, costs: &CostModel) -> Result<()> {
        let counts = [
            ("survivors", self.survivors),
            ("offspring", self.offspring),
            ("attempts", self.attempts),
            ("batch", self.batch),
        ];
        for (key, value) in counts {
            if value == 0 {
                return Err(Error::Option { key, value: "0".to_owned(), accepted: "at least 1" });
            }
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
        self.check_limits(spec, &costs.cost(&Architecture::smallest(spec)))
    }

    fn check_limits(&self, spec: &SpaceSpec, smallest: &Cost) -> Result<()> {
        let infeasible = |key, limit: Option<f64>, smallest: f64| match limit {
            Some(limit) if smallest > limit => Err(Error::Infeasible {
                key,
                limit: limit.to_string(),
                space: spec.name.clone(),
                smallest: format!("{smallest:.4}"),
            }),
            _ => Ok(()),
        };
        infeasible("max_gmacs", self.limits.max_gmacs, smallest.gmacs())?;
        infeasible("max_mparams", self.limits.max_mparams, smallest.parameters as f64 / 1e6)
    }
}
