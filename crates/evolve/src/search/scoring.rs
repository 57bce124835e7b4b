//! Candidates scored batch by batch, with their scores checked.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::candidate::Candidate;
use crate::error::{Error, Result};
use crate::fitness::Fitness;
use crate::observer::{Observer, ScoredBatch};

/// Candidates of a generation, or of a round of halving, that are not scored yet.
pub(super) struct Round<'a> {
    /// Generation; 0 for the initial population.
    pub generation: usize,
    /// Number of parts of held-out data, of which one is looked at; 1 for all of it.
    pub parts: usize,
    /// Candidates to score.
    pub open: &'a [Candidate],
    /// Candidates that were scored before.
    pub done: usize,
    /// Candidates per batch.
    pub batch: usize,
}

/// Scores a round, shows each batch to the observers and hands it to `keep`; false when asked to stop, which is looked at
/// before each batch.
pub(super) fn score_round(
    round: &Round<'_>,
    fitness: &mut impl Fitness,
    observers: &mut [&mut dyn Observer],
    stop: &AtomicBool,
    mut keep: impl FnMut(Vec<Candidate>),
) -> Result<bool> {
    let &Round { generation, parts, open, mut done, batch } = round;
    let planned = done + open.len();
    if stop.load(Ordering::Relaxed) {
        return Ok(false);
    }
    fitness.planned(open, parts).map_err(|e| Error::Fitness(Box::new(e)))?;
    for batch in open.chunks(batch) {
        if stop.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let candidates = score_batch(batch, fitness, parts)?;
        done += candidates.len();
        let batch = ScoredBatch { generation, parts, done, planned, candidates: &candidates };
        for observer in observers.iter_mut() {
            observer.scored(&batch)?;
        }
        keep(candidates);
    }
    Ok(true)
}

/// Candidates with their scores by one in `parts` of the held-out data.
fn score_batch(
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
