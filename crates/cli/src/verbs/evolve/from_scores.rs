//! Fronts of networks that were scored before, under other ceilings.

use anyhow::Result;
use scalenas_evolve::{Candidate, Limits, Outcome};
use scalenas_train::RunFolder;
use serde_json::json;

use super::candidates::{front_table, front_values};
use crate::context::program;
use crate::error::user;
use crate::networks;
use crate::render::Output;
use crate::task::figures;

/// Prints the front of the scored networks within the ceilings.
pub fn report(run: &RunFolder, limits: &Limits, output: Output) -> Result<()> {
    let path = run.path().display();
    let scored = networks::search(run)?.ok_or_else(|| {
        let verb = format!("{} evolve --run {path}", program::name());
        user(format!("{path} has no finished search, whose scores could be used; {verb} makes one"))
    })?;
    let all = scored.candidates.len();
    let cheapest = scored.candidates.iter().min_by_key(|candidate| candidate.cost.macs).cloned();
    let within = scored.candidates.into_iter().filter(|candidate| limits.admit(&candidate.cost));
    let within = Outcome { reason: scored.reason, candidates: within.collect() };
    let front = within.front();
    if front.is_empty() {
        return Err(none_within(run, cheapest.as_ref(), all));
    }
    let figures = figures(&run.info().space);
    let value = json!({
        "scored": all,
        "within": within.candidates.len(),
        "front": front_values(&front, &figures),
    });
    let text = format!(
        "{}\n{} of {all} scored networks are within the ceilings",
        front_table(&front, &figures),
        within.candidates.len()
    );
    output.result(&value, text)
}

/// Names the network that is nearest to ceilings that exclude all.
fn none_within(run: &RunFolder, cheapest: Option<&Candidate>, all: usize) -> anyhow::Error {
    let nearest = cheapest.map_or_else(String::new, |candidate| {
        let (gmacs, mparams) = (candidate.cost.gmacs(), candidate.cost.parameters as f64 / 1e6);
        format!(
            "; the cheapest, {}, has {gmacs:.4} GMACs and {mparams:.2} M parameters",
            candidate.id
        )
    });
    user(format!(
        "none of the {all} networks that {} scored is within the ceilings{nearest}; accepted: higher ceilings, or a \
         search without --from-scores",
        run.path().display()
    ))
}
