//! Observers: receivers of the progress of a search, such as displays and archives.

use crate::candidate::Candidate;
use crate::error::Result;

/// Receives the progress of a search.
pub trait Observer {
    /// Called after each scored batch. An error ends the search.
    ///
    /// Errors that are not of this crate travel as [`Error::Observer`](crate::Error::Observer).
    fn scored(&mut self, batch: &ScoredBatch<'_>) -> Result<()>;
}

/// A batch of a generation that was just scored.
#[derive(Debug, Clone, Copy)]
pub struct ScoredBatch<'a> {
    /// Generation; 0 for the initial population.
    pub generation: usize,
    /// Number of parts of held-out data, of which one was looked at; 1 for all of it.
    pub parts: usize,
    /// Candidates of the generation, or of its round of halving, scored so far, those of this batch included.
    pub done: usize,
    /// Candidates of the generation or the round.
    pub planned: usize,
    /// Candidates of this batch, with their scores.
    pub candidates: &'a [Candidate],
}
