//! Architecture: one point of a search space.

use serde::{Deserialize, Serialize};

use super::module::ModuleArch;

/// A point of the search space.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Architecture {
    /// Searched modules in order.
    #[serde(deserialize_with = "super::serial::read_modules")]
    pub modules: Vec<ModuleArch>,
}

impl Architecture {
    /// Number of blocks of a branch.
    pub fn depth(&self, module: usize, branch: usize) -> usize {
        self.modules[module].depth(branch)
    }

    /// Whether a branch receives from a source after a step.
    pub fn fused(&self, module: usize, branch: usize, step: usize, source: usize) -> bool {
        self.modules[module].fused(branch, step, source)
    }
}
