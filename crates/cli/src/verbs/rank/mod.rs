//! `rank`: whether the supernet ranks networks as trainings of their own do.

mod alone;
mod arguments;
mod results;
mod statistics;

use anyhow::Result;
use scalenas_kernels::KernelBackend;
use scalenas_space::{Architecture, CostModel, sample};
use scalenas_train::{RunFolder, Validation};
use serde_json::json;

use self::alone::{OwnGrade, Turn, turn};
use self::results::{FOLDER, TaskRanking, report};
use self::statistics::Ranked;
use super::finetune::Alone;
use crate::context::device::{self, on_device};
use crate::context::{Stop, program};
use crate::error::user;
use crate::experiment::Experiment;
use crate::networks;
use crate::render::Output;
use crate::task::{Request, figures};
pub use arguments::Arguments;
pub use results::plots;

/// Trains networks alone, scores them with the supernet, and compares both orders.
pub fn run(arguments: &Arguments, output: Output, stop: &Stop) -> Result<()> {
    device::require(arguments.device.choice)?;
    let run = RunFolder::open(&arguments.run)?;
    let info = run.info();
    if info.train.sampling.only(&info.space).is_some() {
        return Err(user(format!(
            "{} trained one network alone; accepted: the run of a supernet",
            arguments.run.display()
        )));
    }
    if !run.weights().exists() {
        let path = arguments.run.display();
        return Err(user(format!(
            "{path} has no weights yet; continue it with {} supernet --resume {path}",
            program::name()
        )));
    }
    let costs = CostModel::new(&info.space, info.leading().input)?;
    let nets = sample::spread(&info.space, &costs, usize::from(arguments.networks));
    let Some(grades) = train(arguments, &run, &nets, output, stop)? else { return Ok(()) };
    output.say("scoring the networks with the weights of the supernet");
    let shared = on_device!(arguments.device.choice, scores(arguments, &run, &nets))?;
    let out = arguments.out.clone().unwrap_or_else(|| run.path().join(FOLDER));
    let rankings: Vec<TaskRanking> = figures(&info.space)
        .into_iter()
        .enumerate()
        .map(|(task, figure)| {
            let ranked = |(index, grade): (usize, &OwnGrade)| {
                let cost = costs.cost(&nets[index]);
                Ranked {
                    id: grade.id.clone(),
                    shared: shared[index][task],
                    alone: grade.scores[task],
                    gmacs: cost.gmacs(),
                    mparams: cost.parameters as f64 / 1e6,
                }
            };
            TaskRanking { figure, nets: grades.iter().enumerate().map(ranked).collect() }
        })
        .collect();
    let seconds = grades.iter().map(|grade| grade.seconds).sum();
    report(&rankings, &out, seconds, output)
}

/// Grades of all networks trained alone; `None` if some are left to other processes or to another call.
fn train(
    arguments: &Arguments,
    run: &RunFolder,
    nets: &[Architecture],
    output: Output,
    stop: &Stop,
) -> Result<Option<Vec<OwnGrade>>> {
    let usual = if arguments.fine_tune { "tuned" } else { "alone" };
    let folder = run.path().join(FOLDER).join(usual);
    let folder = arguments.alone.clone().unwrap_or(folder);
    let (changes, data) = (&arguments.changes, &arguments.data);
    let alone = Alone { run, from_nothing: !arguments.fine_tune, changes, data };
    let device = arguments.device.choice;
    let (mut grades, mut busy) = (Vec::new(), 0);
    for (index, architecture) in nets.iter().enumerate() {
        match turn(&alone, architecture, &folder, device, output, stop)? {
            Turn::Graded(grade) => {
                let scores: Vec<String> = grade.scores.iter().map(|s| format!("{s:.3}")).collect();
                let place = format!("network {} of {}", index + 1, nets.len());
                output.say(format!("{place}: {} {}", grade.id, scores.join(" ")));
                grades.push(grade);
            }
            Turn::Busy => busy += 1,
            Turn::Stopped => {
                let value =
                    json!({ "interrupted": true, "trained": grades.len(), "networks": nets.len() });
                output.result(&value, "stopped; the same command continues")?;
                return Ok(None);
            }
        }
    }
    if busy == 0 {
        return Ok(Some(grades));
    }
    let value = json!({ "busy": busy, "trained": grades.len(), "networks": nets.len() });
    output.result(
        &value,
        format!("{busy} networks are trained by other processes; the same command compares them when they end"),
    )?;
    Ok(None)
}

/// Scores of networks with the weights of the supernet: by network, then by task.
fn scores<B: KernelBackend>(
    arguments: &Arguments,
    run: &RunFolder,
    nets: &[Architecture],
    device: &B::Device,
) -> Result<Vec<Vec<f64>>> {
    let info = run.info();
    let supernet = networks::supernet::<B>(run, device)?;
    let data = arguments.data.folder.as_ref().unwrap_or(&info.leading().data);
    let request = Request {
        info,
        data,
        variation: Experiment::from_run(run, &[])?.variation(),
        max_samples: info.train.validation.samples.map_or(0, usize::from),
        reading: arguments.data.reading_of_run(),
    };
    let validation = Validation::<B>::read(&request.tasks()?, &info.train, device)?;
    let score =
        |architecture: &Architecture| Ok(validation.figures(&supernet, architecture, device)?);
    nets.iter().map(score).collect()
}
