//! Contents of rows.

use scalenas_evolve::Candidate;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::{Error, Result};
use crate::record::Record;

/// A candidate as a row holds it: without its scores, which have a column, and without the milliseconds of one search's
/// table, which other searches do not share.
pub fn text_of(candidate: &Candidate) -> String {
    let plain = Candidate { fitness: Vec::new(), milliseconds: None, ..candidate.clone() };
    serde_json::to_string(&plain).expect("a candidate is plain data")
}

/// Row of a scored candidate, in the order of its columns.
pub struct ScoredRow {
    evaluation: String,
    network: String,
    candidate: String,
    scores: String,
    worker: String,
    device: String,
    seconds: f64,
    finished: f64,
}

impl ScoredRow {
    pub fn of(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            evaluation: row.try_get(0)?,
            network: row.try_get(1)?,
            candidate: row.try_get(2)?,
            scores: row.try_get(3)?,
            worker: row.try_get(4)?,
            device: row.try_get(5)?,
            seconds: row.try_get(6)?,
            finished: row.try_get(7)?,
        })
    }

    /// The record of the row; `place` is for messages.
    pub fn record(self, place: &str) -> Result<Record> {
        let mut candidate = candidate_of(&self.candidate, &self.network, place)?;
        candidate.fitness = scores_of(&self.scores, &self.network, place)?;
        let Self { evaluation, worker, device, seconds, finished, .. } = self;
        Ok(Record { evaluation, candidate, worker, device, seconds, finished })
    }
}

/// The candidate of a row.
pub fn candidate_of(text: &str, network: &str, place: &str) -> Result<Candidate> {
    serde_json::from_str(text).map_err(|e| contents(network, place, &e))
}

/// The scores of a row.
pub fn scores_of(text: &str, network: &str, place: &str) -> Result<Vec<f64>> {
    serde_json::from_str(text).map_err(|e| contents(network, place, &e))
}

fn contents(network: &str, place: &str, error: &serde_json::Error) -> Error {
    let (place, network) = (place.to_owned(), network.to_owned());
    Error::Contents { place, network, reason: error.to_string() }
}
