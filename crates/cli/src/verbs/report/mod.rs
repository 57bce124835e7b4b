//! `report`: one page about a run.

mod arguments;
mod budgets;
mod curves;
mod found;

use std::path::Path;

use anyhow::Result;
use scalenas_data::BadImages;
use scalenas_evolve::Outcome;
use scalenas_report::{Report, Sample};
use scalenas_space::sample;
use scalenas_train::{CalibratedSubnet, CalibrationSource, RunFolder, read_metrics};
use serde_json::json;

use self::budgets::budgets;
use self::curves::curves;
use self::found::{front_figures, networks_of};
use crate::context::device::{HOST, Host};
use crate::experiment::Experiment;
use crate::files::{check_target, write_file};
use crate::networks;
use crate::render::Output;
use crate::task::{Request, figures, report_samples, room};
use crate::verbs::evolve::candidates::plot;
use crate::verbs::rank;
pub use arguments::Arguments;
pub use found::spread;

/// Writes the page of a run.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    let run = RunFolder::open(&arguments.run)?;
    let out = arguments.out.clone().unwrap_or_else(|| arguments.run.join("report.html"));
    check_target("--out", Some(&out))?;
    write(&run, &out, Vec::new(), output)?;
    output.result(&json!({ "report": out }), format!("report: {}", out.display()))
}

/// Writes the page of a run with additional lines of summary.
pub fn write(
    run: &RunFolder,
    out: &Path,
    summary: Vec<(String, String)>,
    output: Output,
) -> Result<()> {
    let figures = figures(&run.info().space);
    let groups = sample::cycle(&run.info().space).len();
    let search = networks::search(run)?;
    let metrics = if run.metrics().exists() { read_metrics(&run.metrics())? } else { Vec::new() };
    let samples = samples(run, search.as_ref()).unwrap_or_else(|error| {
        output.say(format!("no sample predictions: {error:#}"));
        Vec::new()
    });
    let architectures: Vec<_> =
        search.iter().flat_map(|outcome| networks_of(run, outcome)).collect();
    let drawn: Vec<&str> = architectures.iter().map(|net| &*net.id).collect();
    let report = Report {
        budgets: search.as_ref().map(|outcome| budgets(run, outcome, &drawn)).unwrap_or_default(),
        title: "ScaleNAS run".to_owned(),
        summary: run_summary(run, search.as_ref()).into_iter().chain(summary).collect(),
        curves: curves(&metrics, &figures, &run.info().train.sampling, groups, search.as_ref()),
        search: search.as_ref().map(|outcome| plot(outcome, 0, figures[0])),
        rankings: rank::plots(run, &figures)?,
        architectures,
        samples,
        data: json!({ "run": description(run), "search": search.as_ref().map(|outcome| front_figures(outcome, &figures)) }),
    };
    write_file(out, report.to_html())
}

/// Description of a run without folders, so that equal runs give equal pages anywhere.
fn description(run: &RunFolder) -> serde_json::Value {
    let mut info = json!(run.info());
    if let Some(keys) = info.as_object_mut() {
        keys.remove("data");
        keys.remove("place");
        if let Some(facts) = keys.get_mut("facts") {
            let name = facts.as_str().map(Path::new).and_then(Path::file_name);
            *facts = json!(name.map(|name| name.to_string_lossy()));
        }
    }
    info
}

fn run_summary(run: &RunFolder, search: Option<&Outcome>) -> Vec<(String, String)> {
    let info = run.info();
    let mut summary = vec![
        ("Search space".to_owned(), info.space.name.clone()),
        ("Input".to_owned(), info.leading().input.to_string()),
        ("Epochs".to_owned(), info.train.schedule.epochs.number().to_string()),
        ("Batch".to_owned(), info.train.batch.to_string()),
        ("Seed".to_owned(), info.train.seed.to_string()),
        ("ScaleNAS".to_owned(), info.program.clone()),
    ];
    if let Some(outcome) = search {
        let scored = format!("{}, stopped by {:?}", outcome.candidates.len(), outcome.reason);
        summary.push(("Networks scored".to_owned(), scored));
    }
    summary
}

/// Predictions of the best network found (or the largest one) on held-out pictures.
fn samples(run: &RunFolder, search: Option<&Outcome>) -> Result<Vec<Sample>> {
    let info = run.info();
    let supernet = networks::supernet::<Host>(run, &HOST)?;
    let variation = Experiment::from_run(run, &[])?.variation();
    let best = search.and_then(|outcome| outcome.front().last().map(|c| c.architecture.clone()));
    let best = best.map_or_else(|| networks::of_run(run, None, search), Ok)?;
    let mut samples = Vec::new();
    for &head in &info.space.heads {
        let (data, max_samples, reading) =
            (&info.leading().data, room(head).report_size(), BadImages::Skip.into());
        let task = Request { info, data, variation, max_samples, reading }.task(head)?;
        let source = CalibrationSource::read(&task, &info.train, &HOST)?;
        let subnet = CalibratedSubnet::new(&supernet, &best, &source);
        if let Some(held_out) = &task.held_out {
            samples.extend(report_samples(held_out, &subnet)?);
        }
    }
    Ok(samples)
}
