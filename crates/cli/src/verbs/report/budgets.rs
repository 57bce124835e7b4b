//! The best network per budget, beside HRNet and the largest network.

use scalenas_evolve::{Candidate, Origin, Outcome};
use scalenas_report::Budget;
use scalenas_train::{Figure, RunFolder};

use crate::context::program;
use crate::task::{figures, room};
use crate::verbs::evolve::candidates::score_list;

/// Name of the network that published results compare with.
const REFERENCE: &str = "hrnet";
/// Networks to compare with.
const COMPARED: [&str; 2] = [REFERENCE, "largest"];

/// Best networks of a search; `drawn` are the ids of those that the page draws.
pub fn budgets(run: &RunFolder, outcome: &Outcome, drawn: &[&str]) -> Vec<Budget> {
    let found: Vec<&Candidate> = outcome.candidates.iter().filter(|c| !is_compared(c)).collect();
    let best_within = |macs: Option<u64>| {
        let within = found.iter().filter(|c| macs.is_none_or(|macs| c.cost.macs <= macs));
        // Of equal scores the cheapest.
        within
            .copied()
            .max_by(|a, b| a.score().total_cmp(&b.score()).then(b.cost.macs.cmp(&a.cost.macs)))
    };
    let reference = named(outcome, REFERENCE);
    let macs = reference.map(|candidate| candidate.cost.macs);
    let mut asked = vec![("any cost".to_owned(), best_within(None))];
    if let Some(macs) = macs {
        asked.push((format!("at most the cost of {REFERENCE}"), best_within(Some(macs))));
        asked.push((format!("three quarters of {REFERENCE}"), best_within(Some(macs / 4 * 3))));
        asked.push((format!("half of {REFERENCE}"), best_within(Some(macs / 2))));
    }
    let row = |name: String, candidate: &Candidate, is_reference| Budget {
        name,
        id: candidate.id.clone(),
        stats: stats(run, candidate, reference),
        commands: if is_reference { Vec::new() } else { commands(run, &candidate.id) },
        is_drawn: drawn.contains(&&*candidate.id),
        is_reference,
    };
    let mut rows: Vec<Budget> = asked
        .into_iter()
        .filter_map(|(name, candidate)| candidate.map(|candidate| row(name, candidate, false)))
        .collect();
    // A tighter budget with the same network says nothing new.
    rows.dedup_by(|next, before| next.id == before.id);
    let compared = COMPARED.iter().filter_map(|name| Some((*name, named(outcome, name)?)));
    rows.extend(compared.map(|(name, candidate)| row(name.to_owned(), candidate, true)));
    rows
}

fn named<'a>(outcome: &'a Outcome, name: &str) -> Option<&'a Candidate> {
    outcome.candidates.iter().find(|c| matches!(&c.origin, Origin::Named(other) if other == name))
}

fn is_compared(candidate: &Candidate) -> bool {
    matches!(&candidate.origin, Origin::Named(name) if COMPARED.contains(&&**name))
}

/// Figures of a network, with the distance of its first score from that of the reference.
fn stats(
    run: &RunFolder,
    candidate: &Candidate,
    reference: Option<&Candidate>,
) -> Vec<(String, String)> {
    let names: Vec<&str> = figures(&run.info().space).iter().map(|f: &Figure| f.name()).collect();
    let mut stats = vec![(names.join(" / "), score_list(candidate))];
    if let Some(reference) = reference {
        let difference = candidate.score() - reference.score();
        stats.push((format!("against {REFERENCE}"), format!("{difference:+.3}")));
        let share = candidate.cost.macs as f64 / reference.cost.macs as f64;
        stats.push(("cost".to_owned(), format!("{:.0} %", 100.0 * share)));
    }
    stats.push(("params".to_owned(), format!("{:.2} M", candidate.cost.parameters as f64 / 1e6)));
    stats.push(("GMACs".to_owned(), format!("{:.4}", candidate.cost.gmacs())));
    stats
}

/// Command lines that evaluate, fine-tune, export and use a network.
pub fn commands(run: &RunFolder, id: &str) -> Vec<String> {
    let program = program::name();
    let heads = &run.info().space.heads;
    let boxes =
        if heads.iter().any(|&head| room(head).takes_boxes()) { " --boxes whole" } else { "" };
    let scoring = heads.iter().map(|&head| room(head).scoring_verb());
    let scoring = scoring.map(|verb| format!("{program} {verb} --run RUN --arch {id}"));
    let others = [
        format!("{program} finetune --run RUN --arch {id}"),
        format!("{program} export --run RUN --arch {id} --out {id}.onnx"),
        format!("{program} infer --run RUN --arch {id}{boxes} PICTURES --pictures drawn"),
    ];
    scoring.chain(others).collect()
}
