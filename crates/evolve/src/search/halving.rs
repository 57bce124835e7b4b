//! Successive halving: children are looked at on a small part of the held-out data, the better half of them on twice
//! as much, until a generation is left that is scored on all of it.
//!
//! Source: Jamieson and Talwalkar (arXiv 1502.07943). Every round looks at as many pictures as the scores of the
//! generation that is left.

use std::sync::atomic::AtomicBool;

use super::scoring::{Round, score_round};
use crate::candidate::Candidate;
use crate::config::SearchConfig;
use crate::error::Result;
use crate::fitness::Fitness;
use crate::observer::Observer;
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
        let (open, batch) = (&*children, config.batch);
        let round = Round { generation, parts, open, done: 0, batch };
        let mut scored = Vec::new();
        if !score_round(&round, fitness, observers, stop, |batch| scored.extend(batch))? {
            return Ok(None);
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
