//! A scored candidate with all that is known of its score.

use scalenas_evolve::Candidate;
use serde::{Deserialize, Serialize};

/// A scored candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Key of the evaluation.
    pub evaluation: String,
    /// Architecture, cost, origin and scores.
    pub candidate: Candidate,
    /// Process that scored it.
    pub worker: String,
    /// Device that it was scored on.
    pub device: String,
    /// Seconds of scoring.
    pub seconds: f64,
    /// End of scoring, in seconds since 1970 by the clock of the database.
    pub finished: f64,
}
