//! Options of the files that a run writes on its way.

use std::num::NonZeroUsize;

/// Checkpoints of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointOptions {
    /// Iterations between checkpoints; `None` for one per epoch.
    pub every: Option<NonZeroUsize>,
    /// Number of checkpoints to keep.
    pub keep: usize,
}

impl Default for CheckpointOptions {
    fn default() -> Self {
        Self { every: None, keep: 2 }
    }
}
