//! `report`: one page about a run.

mod arguments;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use scalenas_data::BadImages;
use scalenas_evolve::{Candidate, Outcome};
use scalenas_report::{Curve, FoundNet, Report, Sample, Series};
use scalenas_train::{Calibrated, CalibrationSource, Figure, Record, RunFolder, read_metrics};
use serde_json::json;

use crate::context::device::{HOST, Host};
use crate::experiment::Experiment;
use crate::files::{check_target, write_file};
use crate::networks;
use crate::render::Output;
use crate::task::{Request, figures, report_samples, room};
use crate::verbs::evolve::{keyed, names, plot, scores};
pub use arguments::Arguments;

/// Maximum number of found networks that are drawn.
const NETWORKS: usize = 8;

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
    let search = networks::search(run)?;
    let metrics = if run.metrics().exists() { read_metrics(&run.metrics())? } else { Vec::new() };
    let samples = samples(run, search.as_ref()).unwrap_or_else(|error| {
        output.say(format!("no sample predictions: {error:#}"));
        Vec::new()
    });
    let report = Report {
        title: "ScaleNAS run".to_owned(),
        summary: run_summary(run, search.as_ref()).into_iter().chain(summary).collect(),
        curves: curves(&metrics, &figures),
        search: search.as_ref().map(|outcome| plot(outcome, 0, figures[0])),
        architectures: search.iter().flat_map(|outcome| networks_of(run, outcome)).collect(),
        samples,
        data: json!({ "run": description(run), "search": search.as_ref().map(|outcome| front_figures(outcome, &figures)) }),
    };
    write_file(out, report.to_html())
}

/// Description of a run without the folder of its data set, so that equal runs give equal pages anywhere.
fn description(run: &RunFolder) -> serde_json::Value {
    let mut info = json!(run.info());
    if let Some(keys) = info.as_object_mut() {
        keys.remove("data");
    }
    info
}

fn run_summary(run: &RunFolder, search: Option<&Outcome>) -> Vec<(String, String)> {
    let info = run.info();
    let (height, width) = info.leading().input;
    let mut summary = vec![
        ("Search space".to_owned(), info.space.name.clone()),
        ("Input".to_owned(), format!("{height}x{width}")),
        ("Epochs".to_owned(), info.train.schedule.epochs.to_string()),
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

fn curves(metrics: &[Record], figures: &[Figure]) -> Vec<Curve> {
    let points = |pick: fn(&Record) -> Option<f64>| -> Vec<(f64, f64)> {
        metrics.iter().filter_map(|r| Some((r.iteration as f64, pick(r)?))).collect()
    };
    let curve = |name: &str, y_label: &str, series: Vec<Series>| Curve {
        name: name.to_owned(),
        series,
        x_label: "iteration".to_owned(),
        y_label: y_label.to_owned(),
    };
    let one = |label: &str, points| vec![Series { label: label.to_owned(), points }];
    let mut curves = vec![curve("Training loss", "loss", one("supernet", points(|r| r.loss)))];
    for &figure in figures {
        let series = validations(metrics, figure);
        curves.push(curve("Validation of named subnets", figure.name(), series));
    }
    let rates = points(|r| r.learning_rate);
    curves.push(curve("Learning rate", "rate", one("learning rate", rates)));
    curves.retain(|curve| curve.series.iter().any(|series| !series.points.is_empty()));
    curves
}

/// One line per named subnet.
fn validations(metrics: &[Record], figure: Figure) -> Vec<Series> {
    let mut subnets: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for record in metrics {
        if let (Some(subnet), Some(value)) = (&record.subnet, record.figure(figure)) {
            subnets.entry(subnet).or_default().push((record.iteration as f64, value));
        }
    }
    let series = subnets.into_iter();
    series.map(|(label, points)| Series { label: label.to_owned(), points }).collect()
}

/// At most `count` members of the front, evenly spread.
pub fn spread(outcome: &Outcome, count: usize) -> Vec<&Candidate> {
    let front = outcome.front();
    if front.len() <= count {
        return front;
    }
    let last = front.len() - 1;
    (0..count).map(|k| front[k * last / (count - 1)]).collect()
}

fn networks_of(run: &RunFolder, outcome: &Outcome) -> Vec<FoundNet> {
    let figures = figures(&run.info().space);
    let found = |candidate: &Candidate| FoundNet {
        id: candidate.id.clone(),
        spec: run.info().space.clone(),
        architecture: candidate.architecture.clone(),
        stats: vec![
            (names(&figures), scores(candidate)),
            ("params".to_owned(), format!("{:.2} M", candidate.cost.parameters as f64 / 1e6)),
            ("GMACs".to_owned(), format!("{:.4}", candidate.cost.gmacs())),
            ("GiMACs".to_owned(), format!("{:.4}", candidate.cost.gimacs())),
        ],
    };
    spread(outcome, NETWORKS).into_iter().map(found).collect()
}

fn front_figures(outcome: &Outcome, figures: &[Figure]) -> serde_json::Value {
    let figures = |candidate: &&Candidate| {
        let mut network = keyed(candidate, figures);
        network.insert("id".to_owned(), json!(candidate.id));
        network.insert("cost".to_owned(), json!(candidate.cost));
        network.insert("architecture".to_owned(), json!(candidate.architecture));
        network
    };
    outcome.front().iter().map(figures).collect()
}

/// Predictions of the best network found (or the largest one) on held-out pictures.
fn samples(run: &RunFolder, search: Option<&Outcome>) -> Result<Vec<Sample>> {
    let info = run.info();
    let supernet = networks::supernet::<Host>(run, &HOST)?;
    let variation = Experiment::from_run(run, &[])?.variation();
    let best = search.and_then(|outcome| outcome.front().last().map(|c| c.architecture.clone()));
    let best = best.unwrap_or_else(|| scalenas_space::Architecture::largest(&info.space));
    let mut samples = Vec::new();
    for &head in &info.space.heads {
        let (data, most, bad) = (&info.leading().data, room(head).report_size(), BadImages::Skip);
        let task = Request { info, data, variation, most, bad }.task(head)?;
        let source = CalibrationSource::read(&task, &info.train, &HOST)?;
        let subnet = Calibrated::new(&supernet, &best, &source);
        if let Some(held_out) = &task.held_out {
            samples.extend(report_samples(held_out, &subnet)?);
        }
    }
    Ok(samples)
}
