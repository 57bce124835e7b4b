//! `quickstart`: synthetic data, training, search, evaluation, report.

mod arguments;
mod evaluate;

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use scalenas_data::BadImages;
use scalenas_train::{Existing, Precision, RunFolder};
use serde_json::json;

use self::evaluate::{Row, evaluate_all, finish};
use crate::context::device::on_device;
use crate::context::ready;
use crate::context::{Stop, program};
use crate::error::user;
use crate::experiment::Experiment;
use crate::experiment::synthetic::Synthetic;
use crate::render::Output;
use crate::task::room;
use crate::verbs::evolve::{Role, SearchPlan, search};
use crate::verbs::report;
use crate::verbs::supernet::Job;
pub use arguments::Arguments;

/// Runs every step.
pub fn run(arguments: &Arguments, output: Output, stop: &Stop) -> Result<()> {
    let clock = Instant::now();
    ready::require(arguments.device.choice)?;
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
    let mut job =
        Job::prepare(experiment, &data, folder.clone(), existing, BadImages::Fail.into())?;
    let trained = existing == Existing::Resume && RunFolder::open(&folder)?.weights().exists();
    if !trained && job.train(&arguments.device.choice.into(), output, stop)?.interrupted {
        return stopped(&arguments.out, output);
    }
    output.say("3/4 searching it");
    let run = RunFolder::open(&folder)?;
    let plan = SearchPlan {
        run: run.clone(),
        config: job.experiment.search.clone(),
        data,
        variation: job.experiment.variation(),
        samples: job.info.train.validation.samples.map_or(0, usize::from),
        reading: BadImages::Fail.into(),
        latency: None,
        seeds: 1,
        fresh: false,
        archive: None,
        share: false,
        role: Role::Owner,
        precision: Precision::F32,
        device: arguments.device.choice.to_string(),
    };
    let searched = on_device!(arguments.device.choice, search(&plan, output, stop))?;
    if searched.interrupted {
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
    let next = format!("{} quickstart --out {} --resume", program::name(), out.display());
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
