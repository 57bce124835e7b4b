//! A candidate: an architecture, where it comes from, what it costs and how well it does.

use scalenas_space::{Architecture, Cost};
use serde::{Deserialize, Serialize};

/// Where a candidate comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// A corner of the space or plain HRNet.
    Named(String),
    /// A random draw of an initial group.
    Initial {
        /// Which of the fifteen.
        group: usize,
    },
    /// Crossover and mutation.
    Offspring {
        /// Generation from 1.
        generation: usize,
        /// Ids of parent and mate.
        parents: (String, String),
    },
}

impl Origin {
    /// Generation; 0 for the initial population.
    pub fn generation(&self) -> usize {
        match self {
            Self::Offspring { generation, .. } => *generation,
            _ => 0,
        }
    }
}

/// A network under consideration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Id of its canonical form.
    pub id: String,
    /// The architecture, canonical.
    pub architecture: Architecture,
    /// Its cost.
    pub cost: Cost,
    /// Where it comes from.
    pub origin: Origin,
    /// How well it does, one figure a task, once scored; higher is better.
    pub fitness: Vec<f64>,
}

impl Candidate {
    /// Its score in the first task; candidates of an archive have one.
    pub fn score(&self) -> f64 {
        self.fitness.first().copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// What is minimised: multiply-accumulates, and the negative of every score.
    pub fn objectives(&self) -> Vec<f64> {
        let scores = self.fitness.iter().map(|score| -score);
        std::iter::once(self.cost.macs as f64).chain(scores).collect()
    }
}
