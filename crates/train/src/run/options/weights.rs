//! Options of the weights that a run starts and learns from.

use std::path::PathBuf;

/// Files of weights of the space of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WeightOptions {
    /// Weights of a trained largest network to distil; its logits enter the loss at 0.5.
    pub teacher: Option<PathBuf>,
    /// Weights to start from; random ones without.
    pub initial: Option<PathBuf>,
}
