//! Options of the optimiser and of the learning rate.

use serde::{Deserialize, Serialize};

use super::epochs::Epochs;
use crate::run::optimiser::decay::Decay;

/// Momentum of stochastic gradient descent, in PyTorch's convention.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Momentum {
    /// Share of the previous direction that is kept.
    pub momentum: f64,
    /// Factor of the L2 penalty.
    pub weight_decay: f64,
    /// Whether scales and shifts of normalisation layers and biases have the penalty, too.
    #[serde(default = "yes")]
    pub decay_norms: bool,
}

fn yes() -> bool {
    true
}

/// Optimiser of the weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum OptimizerOptions {
    /// Adam with PyTorch's defaults (beta 0.9 and 0.999, epsilon 1e-8).
    Adam,
    /// Adam with decoupled weight decay.
    AdamW(Decay),
    /// Stochastic gradient descent.
    Sgd(Momentum),
}

/// Length of a run and course of its learning rate.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleOptions {
    /// Passes over the training set.
    pub epochs: Epochs,
    /// Learning rate at the start.
    pub learning_rate: f64,
    /// Epochs after which the learning rate is multiplied by `decay`.
    pub milestones: Vec<usize>,
    /// Factor at every milestone.
    pub decay: f64,
    /// Instead of milestones: power with which the learning rate follows the share of iterations
    /// left, down to zero.
    pub poly: Option<f64>,
    /// Instead of milestones: share of the learning rate to which it falls along half a cosine.
    pub cosine: Option<f64>,
    /// Iterations over which the learning rate rises linearly from zero.
    pub warmup: usize,
}

impl Default for ScheduleOptions {
    fn default() -> Self {
        Self {
            epochs: Epochs::Number(210),
            learning_rate: 1e-3,
            milestones: vec![170, 200],
            decay: 0.1,
            poly: None,
            cosine: None,
            warmup: 0,
        }
    }
}
