//! Results of a search: files and printed front.

use std::path::Path;

use anyhow::Result;
use scalenas_evolve::{Outcome, StopReason};
use scalenas_report::pareto_svg;
use scalenas_train::Figure;
use serde_json::json;

use super::candidates::{front_table, front_values, plot};
use super::plan::{Role, SearchPlan};
use crate::files::write_file;
use crate::render::Output;
use crate::task::figures;

/// Writes the outcome of a search into its folder.
pub fn write(folder: &Path, outcome: &Outcome, figures: &[Figure]) -> Result<()> {
    outcome.write(&folder.join("outcome.ron"))?;
    outcome.write_csv(&folder.join("candidates.csv"))?;
    for (index, &figure) in figures.iter().enumerate() {
        let name = if index == 0 {
            "pareto.svg".to_owned()
        } else {
            format!("pareto_{}.svg", figure.key())
        };
        write_file(&folder.join(name), pareto_svg(&plot(outcome, index, figure)))?;
    }
    for candidate in outcome.front() {
        candidate.architecture.write(&folder.join(format!("{}.ron", candidate.id)))?;
    }
    if let Some(best) = outcome.front().last() {
        best.architecture.write(&folder.join("best.ron"))?;
    }
    Ok(())
}

/// Prints the front.
pub fn report(plan: &SearchPlan, outcome: &Outcome, output: Output) -> Result<()> {
    let run = &plan.run;
    let figures = figures(&run.info().space);
    let front = outcome.front();
    let value = json!({
        "search": run.search(),
        "reason": outcome.reason,
        "scored": outcome.candidates.len(),
        "hypervolumes": outcome.hypervolumes(),
        "front": front_values(&front, &figures),
    });
    let place = run.search();
    let next = match &outcome.reason {
        StopReason::Interrupted => "stopped; the same command continues".to_owned(),
        reason if plan.role == Role::Worker => format!("ended by {reason:?}"),
        reason => format!("ended by {reason:?}; files in {}", place.display()),
    };
    let text = format!(
        "{}\n{} networks scored{}; {next}",
        front_table(&front, &figures),
        outcome.candidates.len(),
        growth(&outcome.hypervolumes()),
    );
    output.result(&value, text)
}

/// Growth of the front's hypervolume over its initial draw.
fn growth(volumes: &[f64]) -> String {
    match (volumes.first(), volumes.last()) {
        (Some(&first), Some(&last)) if volumes.len() > 1 && first > 0.0 => {
            let percent = 100.0 * (last / first - 1.0);
            format!(
                ", hypervolume {first:.4} of the initial draw, {last:.4} at the end (+{percent:.1} %)"
            )
        }
        _ => String::new(),
    }
}
