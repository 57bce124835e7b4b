//! Contents of rows.

use scalenas_evolve::Candidate;

use crate::error::{Error, Result};

/// A candidate as a row holds it, without its scores.
pub fn text_of(candidate: &Candidate) -> String {
    let unscored = Candidate { fitness: Vec::new(), ..candidate.clone() };
    serde_json::to_string(&unscored).expect("a candidate is plain data")
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
