//! Candidates of a generation: the initial population, or offspring of the generations before.

use std::collections::BTreeSet;

use scalenas_base::Size;
use scalenas_space::latency::LatencyTable;
use scalenas_space::vary::{crossover, mutate};
use scalenas_space::{Architecture, CostModel, SpaceSpec, rng, sample};

use super::algorithm::{Breeding, breeding};
use crate::candidate::{Candidate, Origin};
use crate::config::SearchConfig;
use crate::error::{Error, Result};
use crate::predictor::Predictor;
use crate::selection::ranked_and_spread;

/// Plans generations; every draw depends on the seed and its own indices alone.
pub(super) struct Planner {
    spec: SpaceSpec,
    config: SearchConfig,
    costs: CostModel,
    latency: Option<LatencyTable>,
}

/// Ids of the candidates that a plan cannot contain again.
type Seen = BTreeSet<String>;

impl Planner {
    /// Checks the options; `input` is height and width of the network's input.
    pub fn new(spec: &SpaceSpec, config: &SearchConfig, input: Size) -> Result<Self> {
        let costs = CostModel::new(spec, input)?;
        config.validate(spec, &costs)?;
        Ok(Self { spec: spec.clone(), config: config.clone(), costs, latency: None })
    }

    /// Takes the milliseconds of a table as the price of candidates.
    pub fn with_latency(mut self, table: LatencyTable, input: Size) -> Result<Self> {
        table.check(&self.spec, input)?;
        let fastest = table.milliseconds(&Architecture::smallest(&self.spec));
        self.config.limits.check_milliseconds(&self.spec, fastest)?;
        self.latency = Some(table);
        Ok(self)
    }

    /// Refuses a ceiling on milliseconds that nobody measured.
    pub fn check_latency(&self) -> Result<()> {
        match self.config.limits.max_ms {
            Some(limit) if self.latency.is_none() => Err(Error::Option {
                key: "limits.max_ms",
                value: limit.to_string(),
                accepted: "a ceiling together with a table of latencies",
            }),
            _ => Ok(()),
        }
    }

    pub fn config(&self) -> &SearchConfig {
        &self.config
    }

    /// Price of the largest network.
    pub fn largest_price(&self) -> f64 {
        let largest = Architecture::largest(&self.spec);
        let macs = || self.costs.cost(&largest).macs as f64;
        self.latency.as_ref().map_or_else(macs, |table| table.milliseconds(&largest))
    }

    /// All candidates of a generation, which follow from those of the generations before.
    pub fn plan(&self, generation: usize, before: &[&Candidate]) -> Vec<Candidate> {
        let mut seen: Seen = before.iter().map(|c| c.id.clone()).collect();
        match generation {
            0 => self.initial(&mut seen),
            _ => match breeding(self.config.algorithm) {
                Some(breeding) => self.offspring(generation, before, breeding, &mut seen),
                None => self.drawn(generation, &mut seen),
            },
        }
    }

    /// The named architectures, then random draws of each initial group.
    fn initial(&self, seen: &mut Seen) -> Vec<Candidate> {
        let mut planned: Vec<Candidate> = Architecture::all_named(&self.spec)
            .filter_map(|(name, a)| self.admit(&a, Origin::Named(name.to_owned()), seen))
            .collect();
        for (index, group) in sample::initial_groups(&self.spec).iter().enumerate() {
            for number in 0..self.config.initial_per_group {
                let draw = |attempt: usize| {
                    let indices = [index as u64, number as u64, attempt as u64];
                    let mut random = rng::stream(self.config.seed, "initial", &indices);
                    sample::group(&self.spec, group, &mut random)
                };
                let origin = Origin::Initial { group: index };
                planned.extend(self.first_new(draw, &origin, seen));
            }
        }
        planned
    }

    /// Random draws of the initial groups in turn.
    fn drawn(&self, generation: usize, seen: &mut Seen) -> Vec<Candidate> {
        let groups = sample::initial_groups(&self.spec);
        let one = |number: usize| {
            let group = number % groups.len();
            let draw = |attempt: usize| {
                let indices = [generation as u64, number as u64, attempt as u64];
                let mut random = rng::stream(self.config.seed, "drawn", &indices);
                sample::group(&self.spec, &groups[group], &mut random)
            };
            self.first_new(draw, &Origin::Drawn { generation, group }, seen)
        };
        (0..self.config.children()).filter_map(one).collect()
    }

    /// Crossings and mutations of the candidates that the algorithm chooses.
    fn offspring(
        &self,
        generation: usize,
        before: &[&Candidate],
        breeding: &dyn Breeding,
        seen: &mut Seen,
    ) -> Vec<Candidate> {
        let config = &self.config;
        let objectives: Vec<Vec<f64>> = before.iter().map(|c| c.objectives()).collect();
        let parents = breeding.parents(&objectives, config.survivors);
        let mut planned = Vec::new();
        if parents.is_empty() {
            return planned;
        }
        for number in 0..config.children() * config.screen {
            let mut choice = rng::stream(config.seed, "mate", &[generation as u64, number as u64]);
            let (parent, mate) = breeding.pair(&parents, &objectives, number, &mut choice);
            let (parent, mate) = (before[parents[parent]], before[parents[mate]]);
            let breed = |attempt: usize| {
                let indices = [generation as u64, number as u64, attempt as u64];
                let mut random = rng::stream(config.seed, "offspring", &indices);
                let (a, b) = (&parent.architecture, &mate.architecture);
                let crossed = crossover(a, b, config.crossover, &mut random);
                mutate(&self.spec, &crossed, &config.mutation, &mut random)
            };
            let parents = (parent.id.clone(), mate.id.clone());
            planned.extend(self.first_new(breed, &Origin::Offspring { generation, parents }, seen));
        }
        self.screened(before, planned)
    }

    /// The children with the best predicted scores, as many as a generation has; all of them where nothing can be
    /// predicted yet, up to that number.
    fn screened(&self, before: &[&Candidate], mut children: Vec<Candidate>) -> Vec<Candidate> {
        let most = self.config.children();
        if children.len() > most {
            let all: Vec<&Candidate> = children.iter().collect();
            let predicted = Predictor::learnt(&self.spec, before).and_then(|p| p.predict(&all));
            let mut kept: Vec<usize> = match predicted {
                Some(scores) => ranked_and_spread(&predicted_objectives(&children, &scores), most),
                None => (0..most).collect(),
            };
            kept.sort_unstable();
            let mut index = 0;
            children.retain(|_| {
                index += 1;
                kept.binary_search(&(index - 1)).is_ok()
            });
        }
        children
    }

    /// The first draw that is new and within the ceilings, in a bounded number of attempts.
    fn first_new(
        &self,
        draw: impl Fn(usize) -> Architecture,
        origin: &Origin,
        seen: &mut Seen,
    ) -> Option<Candidate> {
        let attempts = 0..self.config.attempts;
        attempts.map(draw).find_map(|architecture| self.admit(&architecture, origin.clone(), seen))
    }

    /// The architecture as a candidate, if it is new and within the ceilings.
    fn admit(
        &self,
        architecture: &Architecture,
        origin: Origin,
        seen: &mut Seen,
    ) -> Option<Candidate> {
        let architecture = architecture.canonical(&self.spec);
        let cost = self.costs.cost(&architecture);
        let milliseconds = self.latency.as_ref().map(|table| table.milliseconds(&architecture));
        if !self.config.limits.admit(&cost, milliseconds) {
            return None;
        }
        let id = architecture.id(&self.spec);
        seen.insert(id.clone()).then_some(Candidate {
            id,
            architecture,
            cost,
            milliseconds,
            origin,
            fitness: Vec::new(),
        })
    }
}

/// Objectives of children by their prices and predicted scores, which are minimised.
fn predicted_objectives(children: &[Candidate], scores: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let objectives = |(child, scores): (&Candidate, &Vec<f64>)| {
        std::iter::once(child.price()).chain(scores.iter().map(|score| -score)).collect()
    };
    children.iter().zip(scores).map(objectives).collect()
}
