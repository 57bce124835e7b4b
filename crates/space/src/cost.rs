//! Exact cost: parameters, multiply-accumulates and activation bytes as integers.
//!
//! The ScaleNAS and HRNet tables call MACs / 2^30 "GFLOPs", HigherHRNet's use MACs / 10^9; both are
//! given here under names that say which.

use scalenas_base::Size;
use serde::{Deserialize, Serialize};

use crate::architecture::Architecture;
use crate::counts::PartCounts;
use crate::error::Result;
use crate::layers::{Geometry, Layer};
use crate::plan::Reach;
use crate::spec::{MAX_BRANCHES, SpaceSpec};

/// Parameters of a network, and cost of its forward pass for one picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Parameters of all executed layers: weights, biases, scales and shifts.
    pub parameters: u64,
    /// Multiply-accumulates (MACs) with weights of all executed layers.
    pub macs: u64,
    /// Parameters of the layers that influence the output.
    pub live_parameters: u64,
    /// MACs of the layers that influence the output.
    pub live_macs: u64,
    /// Float32 bytes of the outputs of all live convolutions, which a training step keeps per
    /// picture.
    pub activation_bytes: u64,
}

impl Cost {
    /// Executed MACs in units of 10^9.
    pub fn gmacs(&self) -> f64 {
        self.macs as f64 / 1e9
    }

    /// Executed MACs in units of 2^30: the "GFLOPs" of the ScaleNAS tables.
    pub fn gimacs(&self) -> f64 {
        self.macs as f64 / f64::from(1 << 30)
    }
}

/// Cost of `architecture` for pictures of `input` (height, width in pixels).
///
/// # Errors
///
/// An architecture that is not of the space; sides that are not multiples of the coarsest stride.
pub fn cost(spec: &SpaceSpec, architecture: &Architecture, input: Size) -> Result<Cost> {
    architecture.validate(spec)?;
    Ok(CostModel::new(spec, input)?.cost(architecture))
}

/// Costs of all parts of a space at one input size; the cost of an architecture is a sum of them.
#[derive(Debug, Clone)]
pub struct CostModel {
    spec: SpaceSpec,
    /// Stem and heads.
    fixed: Part,
    /// Transition that starts each branch.
    transitions: [Part; MAX_BRANCHES],
    blocks: [Part; MAX_BRANCHES],
    /// `[target][source]`.
    edges: [[Part; MAX_BRANCHES]; MAX_BRANCHES],
}

#[derive(Debug, Clone, Copy, Default)]
struct Part {
    parameters: u64,
    macs: u64,
    bytes: u64,
}

impl Part {
    fn sum_of(layers: &[Layer]) -> Self {
        layers.iter().fold(Self::default(), |mut sum, layer| {
            sum.parameters += layer.parameters();
            sum.macs += layer.macs();
            sum.bytes += layer.output_bytes();
            sum
        })
    }

    /// Adds a part as often as it runs.
    fn add(&mut self, other: &Self, times: u32) {
        let times = u64::from(times);
        self.parameters += times * other.parameters;
        self.macs += times * other.macs;
        self.bytes += times * other.bytes;
    }
}

impl CostModel {
    /// Costs for pictures of `input` (height, width in pixels).
    ///
    /// # Errors
    ///
    /// A space that makes no network; sides that are not multiples of the coarsest stride.
    pub fn new(spec: &SpaceSpec, input: Size) -> Result<Self> {
        spec.validate()?;
        let geometry = Geometry::new(spec, input)?;
        let mut model = Self {
            spec: spec.clone(),
            fixed: Part::sum_of(&geometry.stem()),
            transitions: Default::default(),
            blocks: Default::default(),
            edges: Default::default(),
        };
        model.fixed.add(&Part::sum_of(&geometry.heads()), 1);
        for branch in 0..spec.widths.len() {
            let stage = branch.saturating_sub(1);
            let mut used = vec![false; spec.stages[stage].branches];
            used[branch] = true;
            model.transitions[branch] = Part::sum_of(&geometry.transition(stage, &used));
            model.blocks[branch] = Part::sum_of(&geometry.block(branch, ""));
            for source in (0..spec.widths.len()).filter(|&source| source != branch) {
                model.edges[branch][source] = Part::sum_of(&geometry.edge(branch, source, ""));
            }
        }
        Ok(model)
    }

    /// Cost of an architecture that is valid in the space.
    pub fn cost(&self, architecture: &Architecture) -> Cost {
        let executed = self.sum(architecture, Reach::Executed);
        let live = self.sum(architecture, Reach::Live);
        Cost {
            parameters: executed.parameters,
            macs: executed.macs,
            live_parameters: live.parameters,
            live_macs: live.macs,
            activation_bytes: live.bytes,
        }
    }

    fn sum(&self, architecture: &Architecture, reach: Reach) -> Part {
        let counts = PartCounts::of(&self.spec, architecture, reach);
        let mut sum = self.fixed;
        let branches = 0..self.spec.widths.len();
        for target in branches.clone() {
            sum.add(&self.transitions[target], counts.transitions[target]);
            sum.add(&self.blocks[target], counts.blocks[target]);
            for source in branches.clone() {
                sum.add(&self.edges[target][source], counts.edges[target][source]);
            }
        }
        sum
    }
}
