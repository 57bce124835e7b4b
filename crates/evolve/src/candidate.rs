//! Candidate: an architecture with its origin, cost and scores.

use scalenas_space::{Architecture, Cost};
use serde::{Deserialize, Serialize};

/// Origin of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// A named architecture of the space, such as `largest`.
    Named(String),
    /// A random draw of an initial group.
    Initial {
        /// Index of the group, from 0 to 14.
        group: usize,
    },
    /// A random draw of a later generation.
    Drawn {
        /// Generation, from 1.
        generation: usize,
        /// Index of the group, from 0 to 14.
        group: usize,
    },
    /// Crossover and mutation.
    Offspring {
        /// Generation, from 1.
        generation: usize,
        /// Ids of parent and mate.
        parents: (String, String),
    },
}

impl Origin {
    /// Generation; 0 for the initial population.
    pub fn generation(&self) -> usize {
        match self {
            Self::Offspring { generation, .. } | Self::Drawn { generation, .. } => *generation,
            Self::Named(_) | Self::Initial { .. } => 0,
        }
    }
}

/// An architecture that a search considers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Id of the canonical form.
    pub id: String,
    /// Architecture in canonical form.
    pub architecture: Architecture,
    /// Cost at the input size of the search.
    pub cost: Cost,
    /// Milliseconds on the device that the search is for, where it has a table of latencies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
    /// Origin.
    pub origin: Origin,
    /// Scores, one per task, empty until scored; higher is better.
    pub fitness: Vec<f64>,
}

impl Candidate {
    /// Score in the first task; negative infinity for a candidate that is not scored.
    pub fn score(&self) -> f64 {
        self.fitness.first().copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// Price that a search weighs against scores: milliseconds where they are known, else multiply-accumulates.
    pub fn price(&self) -> f64 {
        self.milliseconds.unwrap_or(self.cost.macs as f64)
    }

    /// Objectives to minimise: the price, then the negative of every score.
    pub fn objectives(&self) -> Vec<f64> {
        let scores = self.fitness.iter().map(|score| -score);
        std::iter::once(self.price()).chain(scores).collect()
    }
}
