//! Fronts of networks that were scored before, under other ceilings.

use anyhow::Result;
use scalenas_archive::Place;
use scalenas_evolve::{Candidate, Limits, Outcome, Violation};
use scalenas_space::latency::LatencyTable;
use scalenas_train::{Figure, RunFolder};
use serde_json::json;

use super::candidates::{front_table, front_values, score_list, score_names};
use crate::context::program;
use crate::error::user;
use crate::networks::{self, scored};
use crate::render::Output;
use crate::task::figures;

/// Prints the front of the scored networks within the ceilings.
pub fn report(
    run: &RunFolder,
    archive: Option<Place>,
    limits: &Limits,
    latency: Option<&LatencyTable>,
    output: Output,
) -> Result<()> {
    let mut scored = scored(run, archive)?;
    if let Some(table) = latency {
        table.check(&run.info().space, run.info().leading().input)?;
        for candidate in &mut scored.candidates {
            candidate.milliseconds = Some(table.milliseconds(&candidate.architecture));
        }
    }
    let all = scored.candidates;
    let count = all.len();
    let figures = figures(&run.info().space);
    let is_within = |c: &&Candidate| limits.admit(&c.cost, c.milliseconds);
    let within = all.iter().filter(is_within).cloned().collect();
    let within = Outcome { reason: scored.reason, candidates: within };
    let front = within.front();
    if front.is_empty() {
        return Err(none_within(run, limits, &all, &figures));
    }
    let value = json!({
        "scored": count,
        "within": within.candidates.len(),
        "front": front_values(&within, &figures),
    });
    let text = format!(
        "{}\n{} of {count} scored networks are within the ceilings",
        front_table(&front, &figures, None),
        within.candidates.len()
    );
    output.result(&value, text)
}

/// Networks that were scored with the weights of the run, in its archive or by the finished search of an earlier version.
fn scored(run: &RunFolder, archive: Option<Place>) -> Result<Outcome> {
    let known = scored::scored(run, archive)?;
    known.map_or_else(|| networks::search(run), |known| Ok(Some(known)))?.ok_or_else(|| {
        let path = run.path().display();
        let verb = format!("{} evolve --run {path}", program::name());
        user(format!("{path} has no scored networks; {verb} makes some"))
    })
}

/// Refuses ceilings that exclude all networks, and shows the one that violates them least, labelled so.
fn none_within(
    run: &RunFolder,
    limits: &Limits,
    all: &[Candidate],
    figures: &[Figure],
) -> anyhow::Error {
    let least = limits.least_violating(all).map_or_else(String::new, |candidate| {
        let violations = limits.violations(&candidate.cost, candidate.milliseconds);
        let violations: Vec<String> = violations.map(shown).collect();
        format!(
            "; the least violating, {} with {} {}: {}",
            candidate.id,
            score_names(figures),
            score_list(candidate),
            violations.join(", ")
        )
    });
    user(format!(
        "none of the {} networks that {} scored is within the ceilings{least}; accepted: higher ceilings, or a \
         search without --from-scores",
        all.len(),
        run.path().display()
    ))
}

/// A violation as a phrase.
fn shown(violation: Violation) -> String {
    let Violation { key, value, limit } = violation;
    format!("{key} is {limit}, it has {value:.4} ({:.2} times)", violation.share())
}
