//! Fronts of networks that were scored before, under other ceilings.

use anyhow::Result;
use scalenas_archive::Place;
use scalenas_evolve::{Candidate, Limits, Outcome};
use scalenas_space::latency::LatencyTable;
use scalenas_train::RunFolder;
use serde_json::json;

use super::candidates::{front_table, front_values};
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
    let all = scored.candidates.len();
    let cheapest = scored.candidates.iter().min_by(|a, b| a.price().total_cmp(&b.price())).cloned();
    let is_within = |candidate: &Candidate| limits.admit(&candidate.cost, candidate.milliseconds);
    let within = scored.candidates.into_iter().filter(is_within);
    let within = Outcome { reason: scored.reason, candidates: within.collect() };
    let front = within.front();
    if front.is_empty() {
        return Err(none_within(run, cheapest.as_ref(), all));
    }
    let figures = figures(&run.info().space);
    let value = json!({
        "scored": all,
        "within": within.candidates.len(),
        "front": front_values(&within, &figures),
    });
    let text = format!(
        "{}\n{} of {all} scored networks are within the ceilings",
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

/// Names the network that is nearest to ceilings that exclude all.
fn none_within(run: &RunFolder, cheapest: Option<&Candidate>, all: usize) -> anyhow::Error {
    let nearest = cheapest.map_or_else(String::new, |candidate| {
        let (gmacs, mparams) = (candidate.cost.gmacs(), candidate.cost.parameters as f64 / 1e6);
        let ms = candidate.milliseconds.map(|ms| format!(", {ms:.2} ms")).unwrap_or_default();
        let id = &candidate.id;
        format!("; the cheapest, {id}, has {gmacs:.4} GMACs, {mparams:.2} M parameters{ms}")
    });
    user(format!(
        "none of the {all} networks that {} scored is within the ceilings{nearest}; accepted: higher ceilings, or a \
         search without --from-scores",
        run.path().display()
    ))
}
