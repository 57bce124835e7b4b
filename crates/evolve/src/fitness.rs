//! Fitness: the scores by which a search ranks candidates.

use crate::candidate::Candidate;

/// Scores candidates; higher is better.
pub trait Fitness {
    /// Error of scoring.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Scores of each candidate, in the order of `candidates`: one per task, as many for every
    /// candidate. A score depends on its candidate alone.
    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Self::Error>;
}
