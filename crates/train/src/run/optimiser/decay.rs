//! Weight decay, by kind of parameter.

use serde::{Deserialize, Serialize};

/// Weight decay of a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decay {
    /// Strength.
    pub weight_decay: f64,
    /// Whether scales and shifts of normalisation layers and biases decay, too.
    #[serde(default)]
    pub decay_norms: bool,
}

impl Decay {
    /// Strength for a parameter of so many axes: vectors are scales, shifts and biases.
    pub fn of_rank(self, rank: usize) -> f64 {
        if rank > 1 || self.decay_norms { self.weight_decay } else { 0.0 }
    }
}
