//! Candidates of a search as plots, rows of tables and machine-readable values.

use scalenas_evolve::{Candidate, Outcome, front};
use scalenas_report::{ParetoPoint, SearchPlot};
use scalenas_train::Figure;
use serde_json::json;

use super::noise::{NetworkNoise, Noise};
use crate::render::table;

/// Plot of the candidates: cost against one of their scores.
pub fn plot(outcome: &Outcome, index: usize, figure: Figure) -> SearchPlot {
    let score = |candidate: &Candidate| candidate.fitness.get(index).copied().unwrap_or_default();
    let points: Vec<Vec<f64>> =
        outcome.candidates.iter().map(|c| vec![c.price(), -score(c)]).collect();
    let front: Vec<&str> =
        front(&points).into_iter().map(|index| &*outcome.candidates[index].id).collect();
    let point = |candidate: &Candidate| ParetoPoint {
        id: candidate.id.clone(),
        cost: candidate.milliseconds.unwrap_or(candidate.cost.gmacs()),
        score: score(candidate),
        generation: candidate.origin.generation(),
        on_front: front.contains(&candidate.id.as_str()),
    };
    SearchPlot {
        points: outcome.candidates.iter().map(point).collect(),
        cost_label: price_label(outcome).to_owned(),
        score_label: figure.name().to_owned(),
    }
}

/// Name of the price that the search weighed scores against.
fn price_label(outcome: &Outcome) -> &'static str {
    let measured = outcome.candidates.iter().any(|candidate| candidate.milliseconds.is_some());
    if measured { "milliseconds" } else { "GMACs (10^9)" }
}

/// Table of the networks of a front, with the noise of their scores where it is known.
pub fn front_table(front: &[&Candidate], figures: &[Figure], noise: Option<&Noise>) -> String {
    let names = score_names(figures);
    let mut header = vec!["network", &names];
    if noise.is_some() {
        header.push("above the last");
    }
    header.extend(["born", "M params", "GMACs (10^9)", "GiMACs (2^30)"]);
    if front.iter().any(|candidate| candidate.milliseconds.is_some()) {
        header.push("ms");
    }
    let rows: Vec<Vec<String>> = front.iter().map(|candidate| row(candidate, noise)).collect();
    table(&header, &rows)
}

/// Row of the table of a front.
fn row(candidate: &Candidate, noise: Option<&Noise>) -> Vec<String> {
    let own = noise.and_then(|noise| noise.of(&candidate.id));
    let scores = own.map_or_else(|| score_list(candidate), |own| own.scores(candidate));
    let mut row = vec![candidate.id.clone(), scores];
    if noise.is_some() {
        row.push(own.map(NetworkNoise::shares).unwrap_or_default());
    }
    row.extend([
        format!("generation {}", candidate.origin.generation()),
        format!("{:.2}", candidate.cost.parameters as f64 / 1e6),
        format!("{:.4}", candidate.cost.gmacs()),
        format!("{:.4}", candidate.cost.gimacs()),
    ]);
    row.extend(candidate.milliseconds.map(|ms| format!("{ms:.2}")));
    row
}

/// Machine-readable scores, costs and ancestors of the networks of a front.
pub fn front_values(outcome: &Outcome, figures: &[Figure]) -> serde_json::Value {
    let network = |candidate: &&Candidate| {
        let mut network = scores_by_key(candidate, figures);
        network.insert("id".to_owned(), json!(candidate.id));
        network.insert("parameters".to_owned(), json!(candidate.cost.parameters));
        network.insert("gmacs".to_owned(), json!(candidate.cost.gmacs()));
        network.insert("gimacs".to_owned(), json!(candidate.cost.gimacs()));
        network.insert("generation".to_owned(), json!(candidate.origin.generation()));
        let lineage = outcome.lineage(&candidate.id);
        let lineage: Vec<&str> = lineage.iter().map(|ancestor| &*ancestor.id).collect();
        network.insert("lineage".to_owned(), json!(lineage));
        let milliseconds = candidate.milliseconds.map(|ms| ("milliseconds".to_owned(), json!(ms)));
        network.extend(milliseconds);
        network
    };
    outcome.front().iter().map(network).collect()
}

/// Scores of all tasks, separated by slashes.
pub fn score_list(candidate: &Candidate) -> String {
    let scores = candidate.fitness.iter().map(|score| format!("{score:.3}"));
    scores.collect::<Vec<_>>().join(" / ")
}

/// Names of the scores of all tasks, separated by slashes.
pub fn score_names(figures: &[Figure]) -> String {
    figures.iter().map(|figure| figure.name()).collect::<Vec<_>>().join(" / ")
}

/// Scores by their keys in machine-readable results.
pub fn scores_by_key(
    candidate: &Candidate,
    figures: &[Figure],
) -> serde_json::Map<String, serde_json::Value> {
    let pairs = figures.iter().zip(&candidate.fitness);
    pairs.map(|(&figure, &score)| (figure.key().to_owned(), json!(score))).collect()
}
