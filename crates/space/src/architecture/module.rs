//! Module of an architecture: depth of each branch and fusion bits of each step.
//!
//! The sources of a branch after a step are one bit mask, so that an architecture is a few hundred
//! bytes without indirection: sampling and costing run at hundreds of thousands per second.

use crate::spec::{MAX_BRANCHES, MAX_STEPS};

/// Depths and fusion bits of one module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ModuleArch {
    branches: u8,
    depth: [u8; MAX_BRANCHES],
    /// `[branch][step]`: bit `j` is the edge from source `j`, bit `branch` the identity.
    fusion: [[u8; MAX_STEPS]; MAX_BRANCHES],
}

impl ModuleArch {
    /// A module with the given depth per branch and identity bits only.
    pub fn new(depth: &[usize]) -> Self {
        let mut module =
            Self { branches: depth.len() as u8, depth: [0; _], fusion: [[0; MAX_STEPS]; _] };
        for (branch, &depth) in depth.iter().enumerate() {
            module.set_depth(branch, depth);
        }
        module
    }

    /// Number of branches.
    pub fn branches(&self) -> usize {
        usize::from(self.branches)
    }

    /// Number of blocks of a branch.
    pub fn depth(&self, branch: usize) -> usize {
        usize::from(self.depth[branch])
    }

    /// Steps that the module runs: its largest depth.
    pub fn steps(&self) -> usize {
        self.depth.iter().copied().max().map_or(0, usize::from)
    }

    /// Changes a depth: new steps get their identity bit, removed ones lose their bits.
    pub fn set_depth(&mut self, branch: usize, depth: usize) {
        for (step, mask) in self.fusion[branch].iter_mut().enumerate() {
            *mask = if step < depth { *mask | (1 << branch) } else { 0 };
        }
        self.depth[branch] = depth as u8;
    }

    /// Sources of a branch after a step, as bits; the branch's own bit is the identity.
    pub fn sources(&self, branch: usize, step: usize) -> u8 {
        self.fusion[branch][step]
    }

    /// Sets the sources of a branch after a step.
    pub fn set_sources(&mut self, branch: usize, step: usize, sources: u8) {
        self.fusion[branch][step] = sources;
    }

    /// Whether `branch` receives from `source` after `step`.
    pub fn fused(&self, branch: usize, step: usize, source: usize) -> bool {
        self.fusion[branch][step] >> source & 1 == 1
    }

    /// Applies the rule of the last module of a pose space: the last step of branch 0 takes every
    /// source, the last step of every other branch its own value alone.
    pub(crate) fn converge(&mut self) {
        for branch in 0..self.branches() {
            let last = self.depth(branch) - 1;
            self.fusion[branch][last] = self.converged(branch);
        }
    }

    /// Sources that the rule of [`ModuleArch::converge`] prescribes for the last step of `branch`.
    pub(crate) fn converged(&self, branch: usize) -> u8 {
        if branch == 0 { all_sources(self.branches()) } else { 1 << branch }
    }
}

/// Mask of all sources of a module with so many branches.
pub(crate) fn all_sources(branches: usize) -> u8 {
    (((1u16 << branches) - 1) & 0xff) as u8
}
