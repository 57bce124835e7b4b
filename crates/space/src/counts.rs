//! How often each part of a space runs in a network: transitions, blocks, and fusion edges.

use crate::architecture::{Architecture, ModuleArch};
use crate::plan::{ModuleUsage, Reach, Usage};
use crate::spec::{MAX_BRANCHES, SpaceSpec};

/// Numbers of the parts that a network runs between its stem and its heads, which always run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartCounts {
    /// Transitions that start each branch: at most one.
    pub transitions: [u32; MAX_BRANCHES],
    /// Blocks by branch.
    pub blocks: [u32; MAX_BRANCHES],
    /// Edges by `[target][source]`.
    pub edges: [[u32; MAX_BRANCHES]; MAX_BRANCHES],
}

impl PartCounts {
    /// Parts that an architecture, which is valid in the space, runs.
    pub fn of(spec: &SpaceSpec, architecture: &Architecture, reach: Reach) -> Self {
        let usage = Usage::new(spec, architecture, reach);
        let mut counts = Self::default();
        let mut old = 0;
        for (index, module) in architecture.modules.iter().enumerate() {
            let usage = usage.module(index);
            let new = (old..module.branches()).filter(|&branch| usage.inputs >> branch & 1 == 1);
            new.for_each(|branch| counts.transitions[branch] += 1);
            old = module.branches();
            counts.add_module(module, usage);
        }
        counts
    }

    fn add_module(&mut self, module: &ModuleArch, usage: &ModuleUsage) {
        for step in 0..module.steps() {
            bits(usage.blocks(module, step)).for_each(|branch| self.blocks[branch] += 1);
            for target in 0..module.branches() {
                let sources = usage.edges(module, step, target);
                bits(sources).for_each(|source| self.edges[target][source] += 1);
            }
        }
    }
}

/// Positions of the set bits.
fn bits(mut mask: u8) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (mask != 0).then(|| {
            let bit = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            bit
        })
    })
}
