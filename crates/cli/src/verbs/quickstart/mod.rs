//! `quickstart`: synthetic data, training, search, evaluation, report.

mod arguments;

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use scalenas_data::BadImages;
use scalenas_evolve::StopReason;
use scalenas_kernels::KernelBackend;
use scalenas_model::Supernet;
use scalenas_space::{Architecture, cost};
use scalenas_train::{Existing, Grade, RunFolder, Validation};
use serde_json::json;

use crate::context::Stop;
use crate::context::device::{self, on_device};
use crate::error::user;
use crate::experiment::Experiment;
use crate::experiment::synthetic::Synthetic;
use crate::files::write_file;
use crate::networks;
use crate::render::{Output, table};
use crate::task::room;
use crate::verbs::evolve::{SearchPlan, search};
use crate::verbs::report;
use crate::verbs::supernet::Job;
pub use arguments::Arguments;

/// Maximum number of found networks in the final table.
const FOUND: usize = 5;

/// Runs every step.
pub fn run(arguments: &Arguments, output: Output, stop: &Stop) -> Result<()> {
    let clock = Instant::now();
    device::require(arguments.device.choice)?;
    let changes = arguments.changes.list();
    let experiment = match &arguments.config {
        Some(path) => Experiment::read(path, &changes)?,
        None => Experiment::quickstart(arguments.task, arguments.head, &changes)?,
    };
    let (folder, data) = (arguments.out.join("run"), arguments.out.join("data"));
    let existing = existing(arguments, &folder)?;
    let name = arguments.config.as_deref().unwrap_or(Path::new("the experiment")).display();
    let Some(synthetic) = &experiment.synth else {
        return Err(user(format!("{name} has no key synth, which says how much data to make")));
    };
    write_data(synthetic, &experiment, &data, output)?;
    output.say("2/4 training the supernet");
    let job = Job::prepare(experiment, &data, folder.clone(), existing, BadImages::Fail)?;
    let trained = existing == Existing::Resume && RunFolder::open(&folder)?.weights().exists();
    if !trained && job.train(arguments.device.choice, output, stop)?.interrupted {
        return stopped(&arguments.out, output);
    }
    output.say("3/4 searching it");
    let run = RunFolder::open(&folder)?;
    let plan = SearchPlan {
        run: run.clone(),
        config: job.experiment.search.clone(),
        data,
        variation: job.experiment.variation(),
        people: job.info.train.validation.samples.map_or(0, usize::from),
        bad: BadImages::Fail,
        fresh: false,
    };
    let outcome = on_device!(arguments.device.choice, search(&plan, output, stop))?;
    if outcome.reason == StopReason::Interrupted {
        return stopped(&arguments.out, output);
    }
    output.say("4/4 evaluating what was found");
    let rows = on_device!(arguments.device.choice, evaluate_all(&job, &run))?;
    let summary = rows.iter().map(Row::summary).collect();
    let page = arguments.out.join("report.html");
    report::write(&run, &page, summary, output)?;
    finish(&rows, &arguments.out, &page, clock.elapsed().as_secs_f64(), output)
}

/// Treatment of a run that is in the folder.
fn existing(arguments: &Arguments, run: &Path) -> Result<Existing> {
    let there = RunFolder::open(run).is_ok();
    match (there, arguments.resume, arguments.force) {
        (true, true, _) => Ok(Existing::Resume),
        (true, false, true) => Ok(Existing::Replace),
        (true, false, false) => Err(user(format!(
            "{} holds a run already; continue it with --resume, replace it with --force, or choose \
             another folder with --out",
            arguments.out.display()
        ))),
        // A call that was killed while it drew the data left nothing to continue.
        (false, _, _) => Ok(Existing::Refuse),
    }
}

fn stopped(out: &Path, output: Output) -> Result<()> {
    let value = json!({ "out": out, "interrupted": true });
    let next = format!("cargo xtask quickstart --out {} --resume", out.display());
    output.result(&value, format!("stopped; continue with {next}"))
}

fn write_data(
    synthetic: &Synthetic,
    experiment: &Experiment,
    data: &Path,
    output: Output,
) -> Result<()> {
    let [head] = experiment.space()?.heads[..] else {
        let accepted = "accepted: a space with one task";
        return Err(user(format!("quickstart draws no data for {}; {accepted}", experiment.space)));
    };
    room(head).synthesise(synthetic, experiment.train.seed, data, output)
}

/// Row of the final table: one network.
struct Row {
    name: String,
    id: String,
    grade: Grade,
    parameters: u64,
    gmacs: f64,
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let details = self.grade.details().iter().map(|(_, value)| format!("{value:.3}"));
        let details: Vec<String> = details.collect();
        vec![
            self.name.clone(),
            self.id.clone(),
            format!("{:.3}", self.grade.value()),
            details.join(" / "),
            format!("{:.2}", self.parameters as f64 / 1e6),
            format!("{:.4}", self.gmacs),
        ]
    }

    fn summary(&self) -> (String, String) {
        let figure = self.grade.figure().name();
        (format!("{figure} of {} {}", self.name, self.id), format!("{:.3}", self.grade.value()))
    }
}

fn evaluate_all<B: KernelBackend>(
    job: &Job,
    run: &RunFolder,
    device: &B::Device,
) -> Result<Vec<Row>> {
    let spec = &run.info().space;
    let validation = Validation::<B>::read(&job.tasks, &job.info.train, device)?;
    let trained = networks::supernet::<B>(run, device)?;
    let untrained = Supernet::<B>::new(spec, run.info().train.seed, device);
    let row = |name: &str, supernet: &Supernet<B>, architecture: &Architecture| -> Result<Row> {
        let cost = cost::cost(spec, architecture, run.info().leading().input)?;
        let grades = validation.score(supernet, architecture, device)?;
        let grade = grades.into_iter().next().expect("a quickstart has a task").grade;
        Ok(Row {
            name: name.to_owned(),
            id: architecture.id(spec),
            grade,
            parameters: cost.parameters,
            gmacs: cost.gmacs(),
        })
    };
    let mut rows = Vec::new();
    let found = networks::search(run)?;
    for candidate in found.iter().flat_map(|outcome| report::spread(outcome, FOUND)) {
        rows.push(row("found", &trained, &candidate.architecture)?);
    }
    rows.push(row("HRNet", &trained, &Architecture::hrnet(spec))?);
    rows.push(row("largest", &trained, &Architecture::largest(spec))?);
    rows.push(row("untrained", &untrained, &Architecture::largest(spec))?);
    Ok(rows)
}

fn finish(rows: &[Row], out: &Path, page: &Path, seconds: f64, output: Output) -> Result<()> {
    let network = |row: &Row| {
        json!({
            "name": row.name,
            "id": row.id,
            "stats": row.grade.stats(),
            "parameters": row.parameters,
            "gmacs": row.gmacs,
        })
    };
    let networks: Vec<_> = rows.iter().map(network).collect();
    write_file(&out.join("summary.json"), serde_json::to_string_pretty(&networks)?)?;
    let value =
        json!({ "interrupted": false, "networks": networks, "report": page, "seconds": seconds });
    let Some(first) = rows.first() else { return Ok(()) };
    let others: Vec<&str> = first.grade.details().iter().map(|(name, _)| *name).collect();
    let others = others.join(" / ");
    let figure = first.grade.figure().name();
    let header = ["network", "id", figure, &others, "M params", "GMACs"];
    let text = format!(
        "{}\nreport: {} ({seconds:.0} s)",
        table(&header, &rows.iter().map(Row::cells).collect::<Vec<_>>()),
        page.display()
    );
    output.result(&value, text)
}
