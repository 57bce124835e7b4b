//! `finetune`: one network of a run, trained further or from nothing, as a run of its own.

mod alone;
mod arguments;
mod schedule;

use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_train::{Existing, RunFolder};

use super::supernet::{Job, report};
use crate::context::{Stop, program};
use crate::data::report_skipped;
use crate::error::user;
use crate::experiment::Experiment;
use crate::networks;
use crate::render::Output;
pub use alone::Alone;
pub use arguments::Arguments;

/// Trains the network.
pub fn run(arguments: &Arguments, output: Output, stop: &Stop) -> Result<()> {
    let devices = arguments.together.devices(arguments.device.choice)?;
    let mut job = match (&arguments.run, &arguments.resume) {
        (_, Some(resume)) => resumed(arguments, resume)?,
        (Some(run), None) => started(arguments, &RunFolder::open(run)?)?,
        (None, None) => return Err(user("give --run RUN or --resume RUN")),
    };
    let outcome = job.train(&devices, output, stop)?;
    report_skipped(&job.tasks.skipped(), output);
    report(&job, &outcome, output)
}

/// A new run of one network.
fn started(arguments: &Arguments, run: &RunFolder) -> Result<Job> {
    let info = run.info();
    let search = networks::search(run)?;
    let only = info.train.sampling.only(&info.space);
    let name = arguments.arch.as_deref().unwrap_or(only.map_or("best", |(trained, _)| trained));
    let architecture = networks::of_run(run, Some(name), search.as_ref())?;
    let id = architecture.id(&info.space);
    let alone = Alone {
        run,
        from_nothing: arguments.from_nothing,
        changes: &arguments.changes,
        data: &arguments.data,
    };
    let out = arguments.out.clone().unwrap_or_else(|| beside(run.path(), name, &id));
    let existing = if arguments.force { Existing::Replace } else { Existing::Refuse };
    alone.job(architecture, out, existing)
}

/// A run of one network that goes on.
fn resumed(arguments: &Arguments, resume: &Path) -> Result<Job> {
    let run = RunFolder::open(resume)?;
    if run.info().train.sampling.only(&run.info().space).is_none() {
        return Err(user(format!(
            "{} trains a supernet; continue it with {}",
            resume.display(),
            program::resume(run.info(), resume)
        )));
    }
    let experiment = Experiment::from_run(&run, &arguments.changes.list())?;
    let data = arguments.data.folder.clone().unwrap_or_else(|| run.info().leading().data.clone());
    let reading = arguments.data.reading();
    Job::prepare(experiment, &data, resume.to_owned(), Existing::Resume, reading)
}

/// Folder beside a run, with the name of the architecture, or its id if the name is a path.
fn beside(run: &Path, arch: &str, id: &str) -> PathBuf {
    let is_word = arch.chars().all(char::is_alphanumeric);
    let mut name = run.file_name().unwrap_or_default().to_owned();
    name.push(format!("-{}", if is_word { arch } else { id }));
    run.with_file_name(name)
}
