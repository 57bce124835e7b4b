//! Synthetic data of an experiment, for `quickstart`.

use scalenas_base::Size;
use serde::{Deserialize, Serialize};

/// Synthetic data of an experiment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synthetic {
    /// Pictures to train on.
    pub train: usize,
    /// Held-out pictures.
    pub val: usize,
    /// Height and width of a picture.
    pub size: Size,
    /// Maximum number of people per picture; other pictures ignore it.
    #[serde(default = "default_people")]
    pub people: usize,
}

fn default_people() -> usize {
    4
}
