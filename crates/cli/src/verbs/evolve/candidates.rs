//! Candidates of a search as plots, rows of tables and machine-readable values.

use scalenas_evolve::{Candidate, Outcome, front};
use scalenas_report::{ParetoPoint, SearchPlot};
use scalenas_train::Figure;
use serde_json::json;

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

/// Rows of a table of networks.
fn rows(candidates: &[&Candidate]) -> Vec<Vec<String>> {
    let row = |candidate: &&Candidate| {
        let milliseconds = candidate.milliseconds.map(|ms| format!("{ms:.2}"));
        let mut row = vec![
            candidate.id.clone(),
            score_list(candidate),
            format!("{:.2}", candidate.cost.parameters as f64 / 1e6),
            format!("{:.4}", candidate.cost.gmacs()),
            format!("{:.4}", candidate.cost.gimacs()),
        ];
        row.extend(milliseconds);
        row
    };
    candidates.iter().map(row).collect()
}

/// Table of the networks of a front.
pub fn front_table(front: &[&Candidate], figures: &[Figure]) -> String {
    let names = score_names(figures);
    let mut header = vec!["network", &names, "M params", "GMACs (10^9)", "GiMACs (2^30)"];
    if front.iter().any(|candidate| candidate.milliseconds.is_some()) {
        header.push("ms");
    }
    table(&header, &rows(front))
}

/// Machine-readable scores and costs of the networks of a front.
pub fn front_values(front: &[&Candidate], figures: &[Figure]) -> serde_json::Value {
    let network = |candidate: &&Candidate| {
        let mut network = scores_by_key(candidate, figures);
        network.insert("id".to_owned(), json!(candidate.id));
        network.insert("parameters".to_owned(), json!(candidate.cost.parameters));
        network.insert("gmacs".to_owned(), json!(candidate.cost.gmacs()));
        network.insert("gimacs".to_owned(), json!(candidate.cost.gimacs()));
        let milliseconds = candidate.milliseconds.map(|ms| ("milliseconds".to_owned(), json!(ms)));
        network.extend(milliseconds);
        network
    };
    front.iter().map(network).collect()
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
