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
        outcome.candidates.iter().map(|c| vec![c.cost.macs as f64, -score(c)]).collect();
    let front: Vec<&str> =
        front(&points).into_iter().map(|index| &*outcome.candidates[index].id).collect();
    let point = |candidate: &Candidate| ParetoPoint {
        id: candidate.id.clone(),
        cost: candidate.cost.gmacs(),
        score: score(candidate),
        generation: candidate.origin.generation(),
        on_front: front.contains(&candidate.id.as_str()),
    };
    SearchPlot {
        points: outcome.candidates.iter().map(point).collect(),
        cost_label: "GMACs (10^9)".to_owned(),
        score_label: figure.name().to_owned(),
    }
}

/// Rows of a table of networks.
fn rows(candidates: &[&Candidate]) -> Vec<Vec<String>> {
    let row = |candidate: &&Candidate| {
        vec![
            candidate.id.clone(),
            score_list(candidate),
            format!("{:.2}", candidate.cost.parameters as f64 / 1e6),
            format!("{:.4}", candidate.cost.gmacs()),
            format!("{:.4}", candidate.cost.gimacs()),
        ]
    };
    candidates.iter().map(row).collect()
}

/// Table of the networks of a front.
pub fn front_table(front: &[&Candidate], figures: &[Figure]) -> String {
    let header = ["network", &score_names(figures), "M params", "GMACs (10^9)", "GiMACs (2^30)"];
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
