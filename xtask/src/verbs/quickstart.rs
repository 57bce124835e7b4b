//! `quickstart`: from nothing to a report.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use scalenas_data::PoseDataset;
use scalenas_data::synth::{SynthConfig, write_pose};
use scalenas_eval::KeypointStats;
use scalenas_evolve::StopReason;
use scalenas_kernels::KernelBackend;
use scalenas_model::Supernet;
use scalenas_space::{Architecture, cost};
use scalenas_train::{CalibrationSource, EvaluateOptions, Existing, RunFolder, Validation};
use serde_json::json;

use crate::cli::Quickstart as Arguments;
use crate::config::{Experiment, Synthetic};
use crate::fault::user;
use crate::interrupt::Stop;
use crate::networks;
use crate::on_device;
use crate::output::{Output, table, write_file};
use crate::verbs::evolve::{SearchPlan, search};
use crate::verbs::report;
use crate::verbs::supernet::Job;

/// Found networks in the final table at most.
const FOUND: usize = 5;

/// Runs every step.
pub fn run(arguments: &Arguments, output: &Output, stop: &Stop) -> Result<()> {
    let clock = Instant::now();
    let mut experiment = Experiment::read(&arguments.config, &[])?;
    if let Some(seed) = arguments.seed {
        (experiment.train.seed, experiment.search.seed) = (seed, seed);
    }
    let existing = match (arguments.resume, arguments.force) {
        (true, _) => Existing::Resume,
        (false, true) => Existing::Replace,
        (false, false) => Existing::Refuse,
    };
    let folder = arguments.out.join("run");
    if existing == Existing::Refuse && folder.exists() {
        return Err(scalenas_train::Error::Occupied { path: folder }.into());
    }
    let data = arguments.out.join("data");
    write_data(&experiment, &data, arguments, output)?;
    output.say("2/4 training the supernet");
    let job = Job::prepare(&experiment, &data, folder.clone(), existing, false)?;
    if !(arguments.resume && folder.join("supernet.safetensors").exists()) {
        let outcome = job.train(arguments.device, output, stop)?;
        if outcome.interrupted {
            return Err(stopped(&arguments.out));
        }
    }
    output.say("3/4 searching it");
    let run = RunFolder::open(&folder)?;
    let plan = SearchPlan {
        run: run.clone(),
        config: experiment.search.clone(),
        data,
        people: experiment.train.validation_people,
        fresh: false,
    };
    let outcome = on_device!(arguments.device, search(&plan, output, stop))?;
    if outcome.reason == StopReason::Interrupted {
        return Err(stopped(&arguments.out));
    }
    output.say("4/4 evaluating what was found");
    let rows = on_device!(arguments.device, evaluate_all(&job, &run))?;
    let summary = rows.iter().map(Row::summary).collect();
    let page = arguments.out.join("report.html");
    report::write(&run, &page, summary, output)?;
    finish(&rows, &arguments.out, &page, clock.elapsed().as_secs_f64(), output)
}

fn stopped(out: &Path) -> anyhow::Error {
    user(format!("stopped; continue with quickstart --out {} --resume", out.display()))
}

fn write_data(
    experiment: &Experiment,
    data: &Path,
    arguments: &Arguments,
    output: &Output,
) -> Result<()> {
    let Some(Synthetic { train, val, size, people }) = experiment.synth else {
        return Err(user(format!(
            "{} has no key synth, which says how much data to make",
            arguments.config.display()
        )));
    };
    output.say(format!("1/4 drawing {train} + {val} pictures of people"));
    let config = SynthConfig {
        train,
        val,
        height: size.0,
        width: size.1,
        most_people: people,
        seed: experiment.train.seed,
        ..SynthConfig::default()
    };
    write_pose(data, &config)?;
    Ok(())
}

/// A network of the final table.
struct Row {
    name: String,
    id: String,
    stats: KeypointStats,
    parameters: u64,
    gmacs: f64,
}

impl Row {
    fn cells(&self) -> Vec<String> {
        vec![
            self.name.clone(),
            self.id.clone(),
            format!("{:.3}", self.stats.ap),
            format!("{:.3}", self.stats.ap50),
            format!("{:.3}", self.stats.ar),
            format!("{:.2}", self.parameters as f64 / 1e6),
            format!("{:.4}", self.gmacs),
        ]
    }

    fn summary(&self) -> (String, String) {
        (format!("AP of {} {}", self.name, self.id), format!("{:.3}", self.stats.ap))
    }
}

fn evaluate_all<B: KernelBackend>(
    job: &Job,
    run: &RunFolder,
    device: &B::Device,
) -> Result<Vec<Row>> {
    let spec = &run.info().space;
    let validation = validation::<B>(job, device)?;
    let trained = networks::supernet::<B>(run, device)?;
    let untrained = Supernet::<B>::new(spec, run.info().train.seed, device);
    let row = |name: &str, supernet: &Supernet<B>, architecture: &Architecture| -> Result<Row> {
        let cost = cost::cost(spec, architecture, run.info().input)?;
        Ok(Row {
            name: name.to_owned(),
            id: architecture.id(spec),
            stats: validation.score(supernet, architecture, device)?,
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

fn validation<B: KernelBackend>(job: &Job, device: &B::Device) -> Result<Validation<B>> {
    let options = &job.info.train;
    let (dataset, evaluator) = &job.validation;
    let (batch, count) = (options.batch, options.calibration_batches);
    Ok(Validation {
        dataset: Arc::<PoseDataset>::clone(dataset),
        evaluator: evaluator.clone(),
        calibration: CalibrationSource::read(&job.train, batch, count, options.seed, device)?,
        options: EvaluateOptions { batch, workers: options.workers, ..EvaluateOptions::default() },
    })
}

fn finish(rows: &[Row], out: &Path, page: &Path, seconds: f64, output: &Output) -> Result<()> {
    let network = |row: &Row| {
        json!({
            "name": row.name,
            "id": row.id,
            "stats": row.stats,
            "parameters": row.parameters,
            "gmacs": row.gmacs,
        })
    };
    let networks: Vec<_> = rows.iter().map(network).collect();
    write_file(&out.join("summary.json"), serde_json::to_string_pretty(&networks)?)?;
    let value = json!({ "networks": networks, "report": page, "seconds": seconds });
    let header = ["network", "id", "AP", "AP50", "AR", "M params", "GMACs"];
    let text = format!(
        "{}\nreport: {} ({seconds:.0} s)",
        table(&header, &rows.iter().map(Row::cells).collect::<Vec<_>>()),
        page.display()
    );
    output.result(&value, text)
}
