//! Networks trained alone: a run folder each, with its grade beside it once it is trained.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use scalenas_kernels::KernelBackend;
use scalenas_space::Architecture;
use scalenas_train::{Error, Existing, RunFolder, RunInfo, Validation};
use serde::{Deserialize, Serialize};

use crate::context::Stop;
use crate::context::device::{DeviceChoice, on_device};
use crate::error::user;
use crate::files::write_file;
use crate::networks;
use crate::render::Output;
use crate::verbs::finetune::Alone;
use crate::verbs::supernet::Job;

/// File of the grade in the folder of a network.
const GRADE: &str = "grade.json";

/// Scores of a network with weights of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnGrade {
    /// Id of the architecture.
    pub id: String,
    /// Score in every task.
    pub scores: Vec<f64>,
    /// Seconds of its training, the last part of it where it was stopped.
    pub seconds: f64,
}

/// Result of looking after one network.
pub enum Turn {
    /// It has its grade.
    Graded(OwnGrade),
    /// Another process trains it.
    Busy,
    /// The user stopped the training, which continues with the next call.
    Stopped,
}

/// Trains and grades a network in its folder below `folder`, unless that is done.
pub fn turn(
    alone: &Alone<'_>,
    architecture: &Architecture,
    folder: &Path,
    device: DeviceChoice,
    output: Output,
    stop: &Stop,
) -> Result<Turn> {
    let id = architecture.id(&alone.run.info().space);
    let out = folder.join(&id);
    let before = match RunFolder::open(&out) {
        Ok(before) => Some(before),
        Err(Error::NotARun { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let existing = if before.is_some() { Existing::Resume } else { Existing::Refuse };
    let mut job = alone.job(architecture.clone(), out.clone(), existing)?;
    if let Some(before) = before {
        check_same(&job, before.info(), &out)?;
    }
    let grade = out.join(GRADE);
    if grade.exists() {
        return Ok(Turn::Graded(read(&grade)?));
    }
    let outcome = match job.train(&device.into(), output, stop) {
        Ok(outcome) => outcome,
        Err(error) if is_taken(&error) => return Ok(Turn::Busy),
        Err(error) => return Err(error.context(format!("network {id}"))),
    };
    if outcome.interrupted {
        return Ok(Turn::Stopped);
    }
    let scores = on_device!(device, grade_on(&job, architecture, &out))?;
    let own = OwnGrade { id, scores, seconds: outcome.seconds };
    write_file(&grade, serde_json::to_vec_pretty(&own)?)?;
    Ok(Turn::Graded(own))
}

/// Refuses a network that was trained in another way.
fn check_same(job: &Job, before: &RunInfo, out: &Path) -> Result<()> {
    let now = &job.info.clone().anchored();
    let epochs = [before, now].map(|info| info.train.schedule.epochs.number());
    let lengths = (epochs[0] != epochs[1])
        .then(|| ("train.epochs".to_owned(), epochs[0].to_string(), epochs[1].to_string()));
    let Some((key, found, given)) = before.first_difference(now).or(lengths) else { return Ok(()) };
    Err(user(format!(
        "{} was trained with {key} {found}, but {given} is asked for; accepted: the same options, or another folder \
         with --alone",
        out.display()
    )))
}

fn read(path: &Path) -> Result<OwnGrade> {
    let text = fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
    serde_json::from_slice(&text).map_err(|e| {
        user(format!(
            "failed to read {}: {e}; remove it to grade the network again",
            path.display()
        ))
    })
}

/// Whether another process trains the network, or began to a moment ago.
fn is_taken(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<Error>(), Some(Error::Locked { .. } | Error::Occupied { .. }))
}

/// Scores of a trained network, calibrated as those of the supernet are.
fn grade_on<B: KernelBackend>(
    job: &Job,
    architecture: &Architecture,
    out: &Path,
    device: &B::Device,
) -> Result<Vec<f64>> {
    let supernet = networks::supernet::<B>(&RunFolder::open(out)?, device)?;
    let validation = Validation::read(&job.tasks, &job.info.train, device)?;
    Ok(validation.figures(&supernet, architecture, device)?)
}
