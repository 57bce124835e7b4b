//! A search with everything that it is compared with.

use std::collections::BTreeSet;

use scalenas_evolve::Outcome;

use super::compared::Compared;
use super::noise::Noise;

/// A search with everything that it is compared with.
pub struct Searched {
    /// The search of the plan's seed, then those of further seeds.
    pub compared: Vec<Compared>,
    /// Noise of the scores of its front, where it was measured.
    pub noise: Option<Noise>,
    /// Whether it was asked to stop before its end.
    pub interrupted: bool,
}

impl Searched {
    /// The search of the plan's seed.
    pub fn outcome(&self) -> &Outcome {
        &self.compared[0].found
    }

    /// Number of networks that all searches together scored.
    pub fn scored(&self) -> usize {
        let outcomes = self.compared.iter().flat_map(Compared::outcomes);
        let ids = outcomes.flat_map(|outcome| &outcome.candidates).map(|candidate| &candidate.id);
        ids.collect::<BTreeSet<_>>().len()
    }
}
