//! Fitness: the scores by which a search ranks candidates.

use crate::candidate::Candidate;

/// Scores candidates; higher is better.
pub trait Fitness {
    /// Error of scoring.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Called before the first batch of a generation or of a round of halving, with the candidates that are not scored
    /// yet and the number of parts that held-out data is cut into, of which one is looked at: 1 for all of it.
    ///
    /// # Errors
    /// Those of preparing for them.
    fn planned(&mut self, _candidates: &[Candidate], _parts: usize) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Scores of each candidate, in the order of `candidates`: one per task, as many for every
    /// candidate. A score depends on its candidate alone.
    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Self::Error>;

    /// Scores by one in `parts` of the held-out data: cheaper, less certain, and comparable with scores of that part
    /// alone. A fitness that can do nothing less scores in full.
    ///
    /// # Errors
    /// Those of [`Fitness::score`].
    fn score_part(
        &mut self,
        candidates: &[Candidate],
        parts: usize,
    ) -> Result<Vec<Vec<f64>>, Self::Error> {
        let _ = parts;
        self.score(candidates)
    }
}
