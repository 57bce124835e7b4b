//! Options of the weights that a run starts and learns from.

use std::path::PathBuf;

/// Files of weights of the space of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WeightOptions {
    /// Weights to distil: those of a supernet, whose largest network teaches, or of a single network of the
    /// space.
    pub teacher: Option<PathBuf>,
    /// Weights to start from; random ones without.
    pub initial: Option<PathBuf>,
}

/// Weight in the loss of the distance to the predictions of a teacher, frozen or in place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DistillationOptions {
    /// Weight in the first iteration.
    pub weight: f64,
    /// Weight after the last iteration, reached linearly; `None` for a constant weight.
    pub end: Option<f64>,
}

impl Default for DistillationOptions {
    /// The published weight.
    fn default() -> Self {
        Self { weight: 0.5, end: None }
    }
}

impl DistillationOptions {
    /// Weight after a share of the run.
    pub fn at(&self, share: f64) -> f64 {
        self.weight + share * (self.end.unwrap_or(self.weight) - self.weight)
    }
}
