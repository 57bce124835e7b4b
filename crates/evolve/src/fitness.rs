//! Fitness: the scores by which a search ranks candidates.

use crate::candidate::Candidate;

/// Scores candidates; higher is better.
pub trait Fitness {
    /// Error of scoring.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Called once per generation, before its first batch, with the candidates that are not scored yet.
    ///
    /// # Errors
    /// Those of preparing for them.
    fn planned(&mut self, _candidates: &[Candidate]) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Scores of each candidate, in the order of `candidates`: one per task, as many for every
    /// candidate. A score depends on its candidate alone.
    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Self::Error>;
}
