//! Page of a run: everything that its folder holds.

use std::path::Path;

use anyhow::Result;
use scalenas_data::BadImages;
use scalenas_evolve::{Outcome, StopReason};
use scalenas_report::{Report, Sample};
use scalenas_space::sample;
use scalenas_train::{CalibratedSubnet, CalibrationSource, RunFolder, read_metrics};
use serde_json::json;

use super::budgets::budgets;
use super::curves::curves;
use super::explorer::{explorer, preferences};
use super::found::{front_figures, networks_of};
use crate::context::device::{HOST, Host};
use crate::experiment::Experiment;
use crate::networks::{self, scored};
use crate::task::{Request, figures, report_samples, room};
use crate::verbs::evolve::results::RANDOM;
use crate::verbs::rank;

/// Search of a run: the finished one, else what the one that goes on has scored so far.
pub fn search_of(run: &RunFolder) -> Result<Option<Outcome>> {
    match networks::search(run)? {
        Some(outcome) => Ok(Some(outcome)),
        None if run.weights().exists() => scored::scored(run, None),
        None => Ok(None),
    }
}

/// Page of a run with additional lines of summary and predictions.
pub fn page(
    run: &RunFolder,
    search: Option<&Outcome>,
    summary: Vec<(String, String)>,
    samples: Vec<Sample>,
) -> Result<Report> {
    let figures = figures(&run.info().space);
    let groups = sample::cycle(&run.info().space).len();
    let random = run.search().join(RANDOM);
    let random = random.exists().then(|| Outcome::read(&random)).transpose()?;
    let metrics = if run.metrics().exists() { read_metrics(&run.metrics())? } else { Vec::new() };
    let architectures: Vec<_> =
        search.iter().flat_map(|outcome| networks_of(run, outcome)).collect();
    let drawn: Vec<&str> = architectures.iter().map(|net| &*net.id).collect();
    let curves =
        curves(&metrics, &figures, &run.info().train.sampling, groups, search, random.as_ref());
    Ok(Report {
        budgets: search.map(|outcome| budgets(run, outcome, &drawn)).unwrap_or_default(),
        title: "ScaleNAS run".to_owned(),
        summary: run_summary(run, search).into_iter().chain(summary).collect(),
        curves,
        search: search.map(|outcome| explorer(run, outcome, random.as_ref())),
        preferences: search.map(|outcome| preferences(run, outcome)),
        rankings: rank::plots(run, &figures)?,
        architectures,
        samples,
        reload: None,
        data: json!({
            "run": description(run),
            "search": search.map(|outcome| front_figures(outcome, &figures)),
        }),
    })
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
        let count = outcome.candidates.len();
        let scored = match &outcome.reason {
            StopReason::Interrupted => format!("{count} so far"),
            reason => format!("{count}, stopped by {reason:?}"),
        };
        summary.push(("Networks scored".to_owned(), scored));
    }
    summary
}

/// Predictions of the best network found (or the largest one) on held-out pictures.
pub fn samples(run: &RunFolder, search: Option<&Outcome>) -> Result<Vec<Sample>> {
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
