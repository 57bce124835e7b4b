//! Results of a search: files and printed front.

use std::path::Path;

use anyhow::Result;
use scalenas_evolve::Outcome;
use scalenas_report::pareto_svg;
use scalenas_train::Figure;
use serde_json::json;

use super::candidates::{front_table, front_values, plot};
use super::compared::{Compared, advantage, growth, lines};
use super::forecast::{self, forecast_taus};
use super::plan::{Role, SearchPlan};
use super::searched::Searched;
use crate::files::write_file;
use crate::render::Output;
use crate::task::figures;

/// Name of the file of random networks in the folder of a search.
pub const RANDOM: &str = "random.ron";
/// Name of the file of the fronts' growth.
const GROWTH: &str = "growth.json";

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

/// Writes the random networks that a search is compared with, and the growth of the fronts of all seeds.
pub fn write_compared(folder: &Path, compared: &[Compared]) -> Result<()> {
    if let Some(random) = compared.first().and_then(|first| first.random.as_ref()) {
        random.write(&folder.join(RANDOM))?;
    }
    write_file(&folder.join(GROWTH), serde_json::to_string(&growth(compared))?)
}

/// Prints the front.
pub fn report(plan: &SearchPlan, searched: &Searched, output: Output) -> Result<()> {
    let run = &plan.run;
    let figures = figures(&run.info().space);
    let (outcome, noise) = (searched.outcome(), searched.noise.as_ref());
    let front = outcome.front();
    let growth = growth(&searched.compared);
    let volumes =
        growth.first().map(|first| first.search.iter().map(|at| at.volume).collect::<Vec<_>>());
    let taus = forecast_taus(&run.info().space, outcome);
    let value = json!({
        "search": run.search(),
        "reason": outcome.reason,
        "interrupted": searched.interrupted,
        "scored": searched.scored(),
        "hypervolumes": volumes.unwrap_or_default(),
        "growth": growth,
        "advantage": advantage(&growth),
        "forecast_taus": taus,
        "front": front_values(outcome, &figures),
        "noise": noise,
    });
    let place = run.search();
    let next = match &outcome.reason {
        _ if searched.interrupted => "stopped; the same command continues".to_owned(),
        reason if plan.role == Role::Worker => format!("ended by {reason:?}"),
        reason => format!("ended by {reason:?}; files in {}", place.display()),
    };
    let mut text = vec![front_table(&front, &figures, noise)];
    text.extend(noise.and_then(|noise| noise.line(&figures)));
    text.extend(lines(&growth));
    text.extend(forecast::line(&taus));
    text.push(format!("{} networks scored; {next}", searched.scored()));
    output.result(&value, text.join("\n"))
}
