//! Networks that a search found.

use scalenas_evolve::{Candidate, Outcome};
use scalenas_report::FoundNet;
use scalenas_train::{Figure, RunFolder};
use serde_json::json;

use crate::task::figures;
use crate::verbs::evolve::candidates::{score_list, score_names, scores_by_key};

/// Maximum number of found networks that are drawn.
const NETWORKS: usize = 8;

/// Found networks as drawings with their figures.
pub fn networks_of(run: &RunFolder, outcome: &Outcome) -> Vec<FoundNet> {
    let figures = figures(&run.info().space);
    let found = |candidate: &Candidate| FoundNet {
        id: candidate.id.clone(),
        spec: run.info().space.clone(),
        architecture: candidate.architecture.clone(),
        stats: vec![
            (score_names(&figures), score_list(candidate)),
            ("params".to_owned(), format!("{:.2} M", candidate.cost.parameters as f64 / 1e6)),
            ("GMACs".to_owned(), format!("{:.4}", candidate.cost.gmacs())),
            ("GiMACs".to_owned(), format!("{:.4}", candidate.cost.gimacs())),
        ],
    };
    outcome.spread_front(NETWORKS).into_iter().map(found).collect()
}

/// Machine-readable figures of the front.
pub fn front_figures(outcome: &Outcome, figures: &[Figure]) -> serde_json::Value {
    let figures = |candidate: &&Candidate| {
        let mut network = scores_by_key(candidate, figures);
        network.insert("id".to_owned(), json!(candidate.id));
        network.insert("cost".to_owned(), json!(candidate.cost));
        network.insert("architecture".to_owned(), json!(candidate.architecture));
        network
    };
    outcome.front().iter().map(figures).collect()
}
