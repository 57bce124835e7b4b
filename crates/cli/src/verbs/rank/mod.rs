//! `rank`: whether the supernet ranks networks as trainings of their own do.

mod alone;
mod arguments;
mod earlier;
mod results;
mod statistics;
mod trainings;

use std::path::Path;

use anyhow::Result;
use scalenas_kernels::KernelBackend;
use scalenas_space::{Architecture, CostModel, sample};
use scalenas_train::{Existing, Figure, RunFolder, Validation};
use serde_json::{Value, json};

use self::arguments::LEAST;
use self::earlier::Earlier;
use self::results::{FOLDER, FOUND, Origin, TaskRanking, report};
use self::statistics::Ranked;
use self::trainings::train;
use super::finetune::Alone;
use crate::context::device::on_device;
use crate::context::ready;
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
    ready::require(arguments.device.choice)?;
    let run = open(arguments)?;
    let space = &run.info().space;
    let costs = CostModel::new(space, run.info().leading().input)?;
    let nets = compared(arguments, &run, &costs)?;
    let recipe = recipe(arguments, &run, &nets[0])?;
    let usual = if arguments.found { Path::new(FOLDER).join(FOUND) } else { FOLDER.into() };
    let out = arguments.out.clone().unwrap_or_else(|| run.path().join(usual));
    let grades = match &arguments.alone {
        Some(file) if file.is_file() && arguments.known.is_some() => {
            return Err(user(format!(
                "--known: all scores are those of --alone {}; accepted: one of both, or a folder with --alone",
                file.display()
            )));
        }
        Some(file) if file.is_file() => {
            let ids: Vec<String> = nets.iter().map(|net| net.id(space)).collect();
            let earlier = Earlier::read(arguments, "--alone", file, &run, &recipe)?;
            Some(earlier.grades(&ids, arguments.seeds)?)
        }
        _ => train(arguments, &run, &nets, (&recipe, &out), (output, stop))?,
    };
    let Some(grades) = grades else { return Ok(()) };
    output.say("scoring the networks with the weights of the supernet");
    let shared = on_device!(arguments.device.choice, scores(arguments, &run, &nets))?;
    let ranking = |(task, figure): (usize, Figure)| {
        let ranked = |(index, net): (usize, &Architecture)| {
            let seeds = grades.iter().map(|seed| seed[index].scores[task]).collect();
            Ranked::new(net.id(space), shared[index][task], seeds, &costs.cost(net))
        };
        TaskRanking { figure, nets: nets.iter().enumerate().map(ranked).collect() }
    };
    let rankings: Vec<TaskRanking> = figures(space).into_iter().enumerate().map(ranking).collect();
    let seconds = grades.iter().flatten().map(|grade| grade.seconds).sum();
    let origin =
        Origin { recipe: &recipe, calibration_batches: calibration_batches(arguments, &run) };
    report(&rankings, &origin, (&out, seconds), output)
}

/// The trained supernet.
fn open(arguments: &Arguments) -> Result<RunFolder> {
    let run = RunFolder::open(&arguments.run)?;
    let path = arguments.run.display();
    if run.info().train.sampling.only(&run.info().space).is_some() {
        return Err(user(format!(
            "{path} trained one network alone; accepted: the run of a supernet"
        )));
    }
    if !run.weights().exists() {
        return Err(user(format!(
            "{path} has no weights yet; continue it with {}",
            program::resume(run.info(), &arguments.run)
        )));
    }
    Ok(run)
}

/// Everything that the scores of the networks trained alone depend on.
fn recipe(arguments: &Arguments, run: &RunFolder, net: &Architecture) -> Result<Value> {
    let (changes, data) = (&arguments.changes, &arguments.data);
    let alone = Alone { run, from_nothing: !arguments.fine_tune, changes, data };
    let out = run.path().join(FOLDER).join("none");
    let job = alone.job(net.clone(), out, Existing::Refuse)?;
    let mut recipe = job.info.recipe();
    recipe["samples"] = json!([job.tasks.samples(), job.tasks.held_out_samples()]);
    Ok(recipe)
}

/// Networks to compare, by ascending cost.
fn compared(
    arguments: &Arguments,
    run: &RunFolder,
    costs: &CostModel,
) -> Result<Vec<Architecture>> {
    let count = usize::from(arguments.networks);
    if !arguments.found {
        return Ok(sample::spread(&run.info().space, costs, count));
    }
    let path = arguments.run.display();
    let Some(outcome) = networks::search(run)? else {
        return Err(user(format!(
            "{path} has no search whose networks --found compares; make one with {} evolve --run {path}",
            program::name()
        )));
    };
    let front = outcome.spread_front(count);
    if front.len() < LEAST {
        return Err(user(format!(
            "--found: the front of the search of {path} has {} networks; accepted: {LEAST} or more, which a longer \
             search may find, or a ranking without --found",
            front.len()
        )));
    }
    Ok(front.into_iter().map(|candidate| candidate.architecture.clone()).collect())
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
    let mut options = info.train.clone();
    options.calibration.batches = calibration_batches(arguments, run);
    let validation = Validation::<B>::read(&request.tasks()?, &options, device)?;
    let score =
        |architecture: &Architecture| Ok(validation.figures(&supernet, architecture, device)?);
    nets.iter().map(score).collect()
}

/// Training batches behind the statistics of a network that is scored with the weights of the supernet.
fn calibration_batches(arguments: &Arguments, run: &RunFolder) -> usize {
    arguments.calibration.unwrap_or(run.info().train.calibration.batches)
}
