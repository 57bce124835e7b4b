//! Milliseconds of the parts of a space.

use scalenas_base::Size;
use serde::{Deserialize, Serialize};

use crate::counts::PartCounts;
use crate::error::Result;
use crate::layers::{Geometry, Layer};
use crate::spec::SpaceSpec;

/// Milliseconds of the parts of a space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartTimes {
    /// Stem, heads and what every call costs.
    pub fixed: f64,
    /// Transition that starts each branch.
    pub transitions: Vec<f64>,
    /// Block of each branch.
    pub blocks: Vec<f64>,
    /// Edges by `[target][source]`.
    pub edges: Vec<Vec<f64>>,
}

impl PartTimes {
    /// Milliseconds of a network with these parts.
    pub fn milliseconds(&self, counts: &PartCounts) -> f64 {
        let numbers = Self::numbers(counts, self.blocks.len());
        self.values().iter().zip(numbers).map(|(time, number)| time * number).sum()
    }

    /// All times in one order: fixed, transitions, blocks, edges.
    pub(super) fn values(&self) -> Vec<f64> {
        let edges = self.edges.iter().flatten();
        let parts = self.transitions.iter().chain(&self.blocks).chain(edges);
        std::iter::once(&self.fixed).chain(parts).copied().collect()
    }

    /// Times from their one order, of so many branches.
    pub(super) fn from_values(values: &[f64], branches: usize) -> Self {
        let (transitions, rest) = values[1..].split_at(branches);
        let (blocks, edges) = rest.split_at(branches);
        Self {
            fixed: values[0],
            transitions: transitions.to_vec(),
            blocks: blocks.to_vec(),
            edges: edges.chunks(branches).map(<[f64]>::to_vec).collect(),
        }
    }

    /// Numbers of the parts in the same order.
    pub(super) fn numbers(counts: &PartCounts, branches: usize) -> Vec<f64> {
        let edges = counts.edges[..branches].iter().flat_map(|sources| &sources[..branches]);
        let parts = counts.transitions[..branches].iter().chain(&counts.blocks[..branches]);
        let parts = parts.chain(edges).map(|&number| f64::from(number));
        std::iter::once(1.0).chain(parts).collect()
    }
}

/// Layers of the parts of a space.
#[derive(Debug, Clone)]
pub struct PartLayers {
    /// Stem and heads.
    pub fixed: Vec<Layer>,
    /// Transition that starts each branch.
    pub transitions: Vec<Vec<Layer>>,
    /// Block of each branch.
    pub blocks: Vec<Vec<Layer>>,
    /// Edges by `[target][source]`; none from a branch to itself.
    pub edges: Vec<Vec<Vec<Layer>>>,
}

impl PartLayers {
    /// Layers for pictures of `input` (height, width in pixels).
    ///
    /// # Errors
    /// A space that makes no network; sides that are not multiples of the coarsest stride.
    pub fn new(spec: &SpaceSpec, input: Size) -> Result<Self> {
        spec.validate()?;
        let geometry = Geometry::new(spec, input)?;
        let branches = 0..spec.widths.len();
        let transition = |branch: usize| {
            let stage = branch.saturating_sub(1);
            let used = (0..spec.stages[stage].branches).map(|other| other == branch);
            geometry.transition(stage, &used.collect::<Vec<_>>())
        };
        let edge = |target: usize, source: usize| {
            if target == source { Vec::new() } else { geometry.edge(target, source, "") }
        };
        let edges = |target: usize| branches.clone().map(|source| edge(target, source)).collect();
        Ok(Self {
            fixed: geometry.stem().into_iter().chain(geometry.heads()).collect(),
            transitions: branches.clone().map(transition).collect(),
            blocks: branches.clone().map(|branch| geometry.block(branch, "").to_vec()).collect(),
            edges: branches.clone().map(edges).collect(),
        })
    }

    /// Times of the parts from the times of their layers.
    ///
    /// # Errors
    /// Those of timing a layer.
    pub fn times<E>(
        &self,
        mut time: impl FnMut(&Layer) -> std::result::Result<f64, E>,
    ) -> std::result::Result<PartTimes, E> {
        let mut sum = |layers: &Vec<Layer>| -> std::result::Result<f64, E> {
            layers.iter().try_fold(0.0, |sum, layer| Ok(sum + time(layer)?))
        };
        Ok(PartTimes {
            fixed: sum(&self.fixed)?,
            transitions: self
                .transitions
                .iter()
                .map(&mut sum)
                .collect::<std::result::Result<_, E>>()?,
            blocks: self.blocks.iter().map(&mut sum).collect::<std::result::Result<_, E>>()?,
            edges: self
                .edges
                .iter()
                .map(|sources| sources.iter().map(&mut sum).collect())
                .collect::<std::result::Result<_, E>>()?,
        })
    }
}
