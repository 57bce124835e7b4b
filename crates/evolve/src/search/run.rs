//! Course of a search: generation by generation, batch by batch, until there is a reason to stop.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use scalenas_base::Size;
use scalenas_space::SpaceSpec;
use scalenas_space::latency::LatencyTable;

use super::convergence::Convergence;
use super::generation::Planner;
use super::halving::halve;
use super::scoring::{Round, score_round};
use crate::candidate::Candidate;
use crate::config::SearchConfig;
use crate::error::Result;
use crate::fitness::Fitness;
use crate::observer::Observer;
use crate::outcome::{Outcome, StopReason};

/// A search in memory.
pub struct Search {
    planner: Planner,
    scored: Vec<Candidate>,
    known: BTreeSet<String>,
}

impl Search {
    /// A search in which nothing is scored yet. `input` is height and width of the network's input,
    /// in pixels, at which costs are counted.
    ///
    /// # Errors
    ///
    /// Options out of range, ceilings below the smallest network, an input that the space does not
    /// take.
    pub fn new(spec: &SpaceSpec, config: &SearchConfig, input: Size) -> Result<Self> {
        let planner = Planner::new(spec, config, input)?;
        Ok(Self { planner, scored: Vec::new(), known: BTreeSet::new() })
    }

    /// Weighs scores against the milliseconds of a table instead of against multiply-accumulates.
    ///
    /// # Errors
    /// A table of another space or input than the search's, a ceiling below the fastest network.
    pub fn with_latency(mut self, table: LatencyTable, input: Size) -> Result<Self> {
        self.planner = self.planner.with_latency(table, input)?;
        Ok(self)
    }

    /// Continues from candidates that the search scored before, in their order: it ends as if it
    /// had never been interrupted.
    #[must_use]
    pub fn resume(mut self, scored: Vec<Candidate>) -> Self {
        self.known = scored.iter().map(|candidate| candidate.id.clone()).collect();
        self.scored = scored;
        self
    }

    /// Candidates scored so far.
    pub fn scored(&self) -> &[Candidate] {
        &self.scored
    }

    /// Runs until the generations are done, nothing new is found, the front stops growing or
    /// `stop` is set, which is looked at before each batch. Observers are called in their order.
    ///
    /// # Errors
    ///
    /// Those of the fitness and of the observers; scores that are not finite numbers, one list per
    /// candidate.
    pub fn run(
        &mut self,
        fitness: &mut impl Fitness,
        observers: &mut [&mut dyn Observer],
        stop: &AtomicBool,
    ) -> Result<Outcome> {
        let reason = self.generations(fitness, observers, stop)?;
        Ok(Outcome { reason, candidates: self.scored.clone() })
    }

    fn generations(
        &mut self,
        fitness: &mut impl Fitness,
        observers: &mut [&mut dyn Observer],
        stop: &AtomicBool,
    ) -> Result<StopReason> {
        self.planner.check_latency()?;
        let mut convergence = Convergence::new(&self.planner);
        for generation in 0..=self.planner.config().generations {
            // Those scored before a kill are planned again: the plan follows from the generations
            // before alone.
            let planned = self.planner.plan(generation, &self.up_to(generation));
            let short = planned.is_empty();
            let config = self.planner.config();
            let halved = match generation {
                0 => Some(planned),
                _ => halve(config, generation, planned, fitness, observers, stop)?,
            };
            let Some(planned) = halved else { return Ok(StopReason::Interrupted) };
            if !self.score(generation, planned, fitness, observers, stop)? {
                return Ok(StopReason::Interrupted);
            }
            if short && generation > 0 {
                return Ok(StopReason::Exhausted { generation });
            }
            if convergence.reached(&self.up_to(1), &self.up_to(generation + 1)) {
                return Ok(StopReason::Converged { generation });
            }
        }
        Ok(StopReason::Generations)
    }

    /// Scored candidates of the generations before `end`.
    fn up_to(&self, end: usize) -> Vec<&Candidate> {
        self.scored.iter().filter(|c| c.origin.generation() < end).collect()
    }

    /// Scores the candidates that are not scored yet; false when asked to stop.
    fn score(
        &mut self,
        generation: usize,
        candidates: Vec<Candidate>,
        fitness: &mut impl Fitness,
        observers: &mut [&mut dyn Observer],
        stop: &AtomicBool,
    ) -> Result<bool> {
        let planned = candidates.len();
        let open: Vec<Candidate> =
            candidates.into_iter().filter(|c| !self.known.contains(&c.id)).collect();
        let (done, batch) = (planned - open.len(), self.planner.config().batch);
        let round = Round { generation, parts: 1, open: &open, done, batch };
        score_round(&round, fitness, observers, stop, |scored| {
            self.known.extend(scored.iter().map(|c| c.id.clone()));
            self.scored.extend(scored);
        })
    }
}
