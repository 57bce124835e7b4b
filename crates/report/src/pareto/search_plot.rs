//! Candidates of a search as points of a plot.

use serde::{Deserialize, Serialize};

/// Candidates of a search, and the names of the axes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchPlot {
    /// Scored candidates; those with a value that is not finite are left out of the picture.
    pub points: Vec<ParetoPoint>,
    /// Name of the horizontal axis with its unit, e.g. `GMACs`.
    pub cost_label: String,
    /// Name of the vertical axis, e.g. `AP`.
    pub score_label: String,
}

/// One scored candidate.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ParetoPoint {
    /// Id of the architecture.
    pub id: String,
    /// Cost in the unit of [`SearchPlot::cost_label`].
    pub cost: f64,
    /// Score, higher is better.
    pub score: f64,
    /// Generation of the candidate; 0 is the initial population.
    pub generation: usize,
    /// Whether no candidate is both cheaper and better.
    pub on_front: bool,
}

impl ParetoPoint {
    pub(super) fn is_finite(&self) -> bool {
        self.cost.is_finite() && self.score.is_finite()
    }
}
