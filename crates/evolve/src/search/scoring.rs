//! One batch of candidates and its scores, checked.

use crate::candidate::Candidate;
use crate::error::{Error, Result};
use crate::fitness::Fitness;

/// Candidates with their scores by one in `parts` of the held-out data.
pub(super) fn score_batch(
    batch: &[Candidate],
    fitness: &mut impl Fitness,
    parts: usize,
) -> Result<Vec<Candidate>> {
    let scores = match parts {
        1 => fitness.score(batch),
        _ => fitness.score_part(batch, parts),
    };
    let scores = scores.map_err(|e| Error::Fitness(Box::new(e)))?;
    if scores.len() != batch.len() {
        return Err(Error::Count { scores: scores.len(), candidates: batch.len() });
    }
    let scored = batch.iter().zip(scores).map(|(candidate, score)| {
        match score.iter().find(|score| !score.is_finite()) {
            None => Ok(Candidate { fitness: score, ..candidate.clone() }),
            Some(&score) => Err(Error::Score { id: candidate.id.clone(), score }),
        }
    });
    scored.collect()
}
