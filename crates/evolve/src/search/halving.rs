//! Successive halving: children are looked at on a small part of the held-out data, the better half of them on twice
//! as much, until a generation is left that is scored on all of it.
//!
//! Source: Jamieson and Talwalkar (arXiv 1502.07943). Every round looks at as many pictures as the scores of the
//! generation that is left.

use std::sync::atomic::{AtomicBool, Ordering};

use super::scoring::score_batch;
use crate::candidate::Candidate;
use crate::config::SearchConfig;
use crate::error::{Error, Result};
use crate::fitness::Fitness;
use crate::observer::{Observer, ScoredBatch};
use crate::selection::ranked_and_spread;

/// The children of a generation that are left after all rounds; `None` when asked to stop.
pub(super) fn halve(
    config: &SearchConfig,
    generation: usize,
    mut children: Vec<Candidate>,
    fitness: &mut impl Fitness,
    observers: &mut [&mut dyn Observer],
    stop: &AtomicBool,
) -> Result<Option<Vec<Candidate>>> {
    for round in (1..=config.halving).rev() {
        let (parts, most) = (1 << round, config.offspring << (round - 1));
        if children.len() <= most {
            continue;
        }
        fitness.planned(&children, parts).map_err(|e| Error::Fitness(Box::new(e)))?;
        let mut scored: Vec<Candidate> = Vec::new();
        for batch in children.chunks(config.batch) {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let candidates = score_batch(batch, fitness, parts)?;
            let done = scored.len() + candidates.len();
            let planned = children.len();
            let batch = ScoredBatch { generation, parts, done, planned, candidates: &candidates };
            for observer in observers.iter_mut() {
                observer.scored(&batch)?;
            }
            scored.extend(candidates);
        }
        children = better(scored, most);
    }
    Ok(Some(children))
}

/// The candidates with the best scores of a part, in their order, without those scores.
fn better(scored: Vec<Candidate>, most: usize) -> Vec<Candidate> {
    let objectives: Vec<Vec<f64>> = scored.iter().map(Candidate::objectives).collect();
    let mut kept = ranked_and_spread(&objectives, most);
    kept.sort_unstable();
    let bare = |index| Candidate { fitness: Vec::new(), ..Candidate::clone(&scored[index]) };
    kept.into_iter().map(bare).collect()
}
