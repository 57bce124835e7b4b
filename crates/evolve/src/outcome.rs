//! Outcome of a search: its reason to stop and all scored candidates, with their files.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use scalenas_base::atomic;
use serde::{Deserialize, Serialize};

use crate::candidate::{Candidate, Origin};
use crate::error::{Error, Result};
use crate::selection::front;

/// Reason for which a search stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopReason {
    /// All generations were bred.
    Generations,
    /// The allowed attempts gave no new network within the ceilings.
    Exhausted {
        /// Generation without a new network, from 1.
        generation: usize,
    },
    /// The hypervolume of the front no longer grew.
    Converged {
        /// The last generation.
        generation: usize,
    },
    /// The caller asked to stop; the search can be continued.
    Interrupted,
}

/// Scored candidates of a search, and its reason to stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Reason to stop.
    pub reason: StopReason,
    /// Every candidate, in the order in which they were scored.
    pub candidates: Vec<Candidate>,
}

impl Outcome {
    /// The Pareto front of price and all scores, by ascending cost.
    pub fn front(&self) -> Vec<&Candidate> {
        let objectives: Vec<Vec<f64>> = self.candidates.iter().map(Candidate::objectives).collect();
        front(&objectives).into_iter().map(|index| &self.candidates[index]).collect()
    }

    /// At most `count` members of the front, evenly spread, with both ends.
    pub fn spread_front(&self, count: usize) -> Vec<&Candidate> {
        let front = self.front();
        match (count, front.len()) {
            (_, length) if length <= count => front,
            (0, _) => Vec::new(),
            (1, length) => vec![front[length - 1]],
            (_, length) => (0..count).map(|k| front[k * (length - 1) / (count - 1)]).collect(),
        }
    }

    /// Ancestors of a candidate, each once, parents before their children, and the candidate last; empty for an
    /// unknown id.
    pub fn lineage(&self, id: &str) -> Vec<&Candidate> {
        let mut wanted = BTreeSet::from([id]);
        let mut line = Vec::new();
        // Parents are scored before their children.
        for candidate in self.candidates.iter().rev() {
            if !wanted.remove(&*candidate.id) {
                continue;
            }
            if let Origin::Offspring { parents: (parent, mate), .. } = &candidate.origin {
                wanted.extend([&**parent, &**mate]);
            }
            line.push(candidate);
        }
        line.reverse();
        line
    }

    /// The candidate of an id.
    pub fn find(&self, id: &str) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.id == id)
    }

    /// Reads a RON file that [`Outcome::write`] wrote.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|e| Error::file("read", path, e))?;
        ron::from_str(&text).map_err(|e| Error::file("read", path, e))
    }

    /// Writes reason and candidates as RON, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<()> {
        let pretty = ron::ser::PrettyConfig::new().depth_limit(3);
        let text =
            ron::ser::to_string_pretty(self, pretty).map_err(|e| Error::file("write", path, e))?;
        atomic::write(path, text).map_err(|e| Error::file("write", path, e))
    }

    /// Writes a CSV file with one line per candidate, whole or not at all.
    pub fn write_csv(&self, path: &Path) -> Result<()> {
        atomic::write(path, self.to_csv()).map_err(|e| Error::file("write", path, e))
    }

    fn to_csv(&self) -> String {
        let front: Vec<&str> = self.front().iter().map(|c| c.id.as_str()).collect();
        let scores = self.candidates.first().map_or(1, |first| first.fitness.len());
        let names: Vec<String> = match scores {
            1 => vec!["fitness".to_owned()],
            more => (1..=more).map(|number| format!("fitness_{number}")).collect(),
        };
        let mut text = format!(
            "id,generation,origin,{},parameters,macs,gmacs,gimacs,live_macs,activation_bytes,milliseconds,front\n",
            names.join(",")
        );
        for candidate in &self.candidates {
            let cost = &candidate.cost;
            let origin = match &candidate.origin {
                Origin::Named(name) => name.clone(),
                Origin::Initial { group } | Origin::Drawn { group, .. } => format!("group {group}"),
                Origin::Offspring { parents, .. } => format!("{} x {}", parents.0, parents.1),
            };
            let on_front = u8::from(front.contains(&candidate.id.as_str()));
            let _ = writeln!(
                text,
                "{},{},{origin},{},{},{},{:.6},{:.6},{},{},{},{on_front}",
                candidate.id,
                candidate.origin.generation(),
                candidate.fitness.iter().map(f64::to_string).collect::<Vec<_>>().join(","),
                cost.parameters,
                cost.macs,
                cost.gmacs(),
                cost.gimacs(),
                cost.live_macs,
                cost.activation_bytes,
                candidate.milliseconds.map(|ms| format!("{ms:.4}")).unwrap_or_default(),
            );
        }
        text
    }
}
