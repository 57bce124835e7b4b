//! The search: initial population, then generations of parents, mates and their offspring.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rand::RngExt;
use scalenas_space::vary::{crossover, mutate};
use scalenas_space::{Architecture, CostModel, SpaceSpec, rng, sample};

use crate::candidate::{Candidate, Origin};
use crate::config::SearchConfig;
use crate::error::{Error, Result};
use crate::hypervolume::hypervolume;
use crate::outcome::{Outcome, StopReason};
use crate::selection::peel;
use crate::state::Archive;

/// What decides how good a network is.
pub trait Fitness {
    /// What can go wrong.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The scores of each candidate, in their order: one a task, as many for all; higher is better.
    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Self::Error>;
}

/// Who wants to know how far a search is.
pub trait Observer {
    /// Candidates of a generation (0 is the initial population) were scored: `done` of `planned`.
    fn scored(&mut self, generation: usize, done: usize, planned: usize, batch: &[Candidate]);
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn scored(&mut self, _: usize, _: usize, _: usize, _: &[Candidate]) {}
}

/// A search in progress.
pub struct Search {
    costs: CostModel,
    archive: Archive,
    known: BTreeSet<String>,
}

impl Search {
    /// Starts a search, or continues the one whose state is in the file `state`.
    pub fn open(
        spec: &SpaceSpec,
        config: &SearchConfig,
        input: (usize, usize),
        state: &Path,
    ) -> Result<Self> {
        let costs = CostModel::new(spec, input)?;
        config.validate(spec, &costs)?;
        let archive = Archive::open(state, spec, config, input)?;
        let known = archive.state.scored.iter().map(|c| c.id.clone()).collect();
        Ok(Self { costs, archive, known })
    }

    /// Candidates scored so far.
    pub fn scored(&self) -> &[Candidate] {
        &self.archive.state.scored
    }

    /// Runs until the generations are done, nothing new is found, the front stops growing or
    /// `stop` is set.
    pub fn run(
        &mut self,
        fitness: &mut impl Fitness,
        observer: &mut impl Observer,
        stop: &AtomicBool,
    ) -> Result<Outcome> {
        let reason = self.generations(fitness, observer, stop)?;
        Ok(Outcome { reason, candidates: self.archive.state.scored.clone() })
    }

    fn generations(
        &mut self,
        fitness: &mut impl Fitness,
        observer: &mut impl Observer,
        stop: &AtomicBool,
    ) -> Result<StopReason> {
        let mut volumes = Vec::new();
        for generation in 0..=self.config().generations {
            let planned = self.plan(generation);
            let short = planned.is_empty();
            if !self.score(generation, planned, fitness, observer, stop)? {
                return Ok(StopReason::Interrupted);
            }
            if short && generation > 0 {
                return Ok(StopReason::Exhausted { generation });
            }
            volumes.push(self.volume(generation));
            if self.has_converged(&volumes) {
                return Ok(StopReason::Converged { generation });
            }
        }
        Ok(StopReason::Generations)
    }

    fn config(&self) -> &SearchConfig {
        &self.archive.state.config
    }

    fn spec(&self) -> &SpaceSpec {
        &self.archive.state.spec
    }

    /// All candidates of a generation. Those scored before a kill are among them: the plan follows
    /// from the generations before alone.
    fn plan(&self, generation: usize) -> Vec<Candidate> {
        let before = self.before(generation);
        let mut seen: BTreeSet<String> = before.iter().map(|c| c.id.clone()).collect();
        if generation == 0 {
            return self.initial(&mut seen);
        }
        self.offspring(generation, &before, &mut seen)
    }

    fn before(&self, generation: usize) -> Vec<&Candidate> {
        let scored = self.archive.state.scored.iter();
        scored.filter(|c| c.origin.generation() < generation).collect()
    }

    fn initial(&self, seen: &mut BTreeSet<String>) -> Vec<Candidate> {
        let spec = self.spec();
        let mut planned: Vec<Candidate> = Architecture::all_named(spec)
            .filter_map(|(name, a)| self.admit(&a, Origin::Named(name.to_owned()), seen))
            .collect();
        for (index, group) in sample::initial_groups(spec).iter().enumerate() {
            for number in 0..self.config().initial_per_group {
                let draw = |attempt: usize| {
                    let indices = [index as u64, number as u64, attempt as u64];
                    let mut random = rng::stream(self.config().seed, "initial", &indices);
                    sample::group(spec, group, &mut random)
                };
                let origin = Origin::Initial { group: index };
                planned.extend(self.first_new(draw, &origin, seen));
            }
        }
        planned
    }

    fn offspring(
        &self,
        generation: usize,
        before: &[&Candidate],
        seen: &mut BTreeSet<String>,
    ) -> Vec<Candidate> {
        let config = self.config();
        let objectives: Vec<Vec<f64>> = before.iter().map(|c| c.objectives()).collect();
        let parents = peel(&objectives, config.survivors);
        let mut planned = Vec::new();
        if parents.is_empty() {
            return planned;
        }
        for number in 0..config.offspring {
            let parent = before[parents[number % parents.len()]];
            let mut choice = rng::stream(config.seed, "mate", &[generation as u64, number as u64]);
            let mate = before[parents[choice.random_range(0..parents.len())]];
            let breed = |attempt: usize| {
                let indices = [generation as u64, number as u64, attempt as u64];
                let mut random = rng::stream(config.seed, "offspring", &indices);
                let (a, b) = (&parent.architecture, &mate.architecture);
                let crossed = crossover(a, b, config.crossover, &mut random);
                mutate(self.spec(), &crossed, &config.mutation, &mut random)
            };
            let parents = (parent.id.clone(), mate.id.clone());
            planned.extend(self.first_new(breed, &Origin::Offspring { generation, parents }, seen));
        }
        planned
    }

    /// The first draw that is new and within the ceilings, in a bounded number of attempts.
    fn first_new(
        &self,
        draw: impl Fn(usize) -> Architecture,
        origin: &Origin,
        seen: &mut BTreeSet<String>,
    ) -> Option<Candidate> {
        let attempts = 0..self.config().attempts;
        attempts.map(draw).find_map(|architecture| self.admit(&architecture, origin.clone(), seen))
    }

    fn admit(
        &self,
        architecture: &Architecture,
        origin: Origin,
        seen: &mut BTreeSet<String>,
    ) -> Option<Candidate> {
        let architecture = architecture.canonical(self.spec());
        let cost = self.costs.cost(&architecture);
        if !self.config().limits.admit(&cost) {
            return None;
        }
        let id = architecture.id(self.spec());
        seen.insert(id.clone()).then_some(Candidate {
            id,
            architecture,
            cost,
            origin,
            fitness: Vec::new(),
        })
    }

    /// Scores what is not scored yet; false when asked to stop.
    fn score(
        &mut self,
        generation: usize,
        planned: Vec<Candidate>,
        fitness: &mut impl Fitness,
        observer: &mut impl Observer,
        stop: &AtomicBool,
    ) -> Result<bool> {
        let all = planned.len();
        let open: Vec<Candidate> =
            planned.into_iter().filter(|c| !self.known.contains(&c.id)).collect();
        let mut done = all - open.len();
        for batch in open.chunks(self.config().batch) {
            if stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            let scored = score_batch(batch, fitness)?;
            done += scored.len();
            observer.scored(generation, done, all, &scored);
            self.known.extend(scored.iter().map(|c| c.id.clone()));
            self.archive.add(scored)?;
        }
        Ok(true)
    }

    /// Hypervolume of everything up to a generation, in units of the largest network's cost.
    fn volume(&self, generation: usize) -> f64 {
        let largest = self.costs.cost(&Architecture::largest(self.spec())).macs as f64;
        let objectives = |candidate: &&Candidate| {
            let mut objectives = candidate.objectives();
            objectives[0] /= largest;
            objectives
        };
        let points: Vec<Vec<f64>> = self.before(generation + 1).iter().map(objectives).collect();
        let mut reference = points.first().cloned().unwrap_or_default();
        for point in self.before(1).iter().map(objectives) {
            for (worst, value) in reference.iter_mut().zip(point) {
                *worst = worst.max(value);
            }
        }
        // Nothing costs more than the largest network, whether or not it was admitted.
        if let Some(cost) = reference.first_mut() {
            *cost = 1.0;
        }
        hypervolume(&points, &reference)
    }

    fn has_converged(&self, volumes: &[f64]) -> bool {
        let patience = self.config().patience;
        if patience == 0 || volumes.len() <= patience {
            return false;
        }
        let (old, recent) = volumes.split_at(volumes.len() - patience);
        let best = |values: &[f64]| values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        best(recent) <= best(old)
    }
}

fn score_batch(batch: &[Candidate], fitness: &mut impl Fitness) -> Result<Vec<Candidate>> {
    let scores = fitness.score(batch).map_err(|e| Error::Fitness(Box::new(e)))?;
    if scores.len() != batch.len() {
        return Err(Error::Count { scores: scores.len(), candidates: batch.len() });
    }
    let scored = batch.iter().zip(scores).map(|(candidate, score)| {
        match score.iter().find(|score| !score.is_finite()) {
            None => Ok(Candidate { fitness: score, ..candidate.clone() }),
            Some(&score) => Err(Error::Score { id: candidate.id.clone(), score }),
        }
    });
    scored.collect()
}
