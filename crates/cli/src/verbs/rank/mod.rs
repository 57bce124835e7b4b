//! `rank`: whether the supernet ranks networks as trainings of their own do.

mod alone;
mod arguments;
mod earlier;
mod results;
mod statistics;

use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_kernels::KernelBackend;
use scalenas_space::{Architecture, CostModel, sample};
use scalenas_train::{Existing, Figure, RunFolder, Validation};
use serde_json::{Value, json};

use self::alone::{OwnGrade, Turn, turn};
use self::arguments::LEAST;
use self::earlier::Earlier;
use self::results::{FOLDER, FOUND, Origin, TaskRanking, report};
use self::statistics::Ranked;
use super::finetune::Alone;
use crate::arguments::Changes;
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
    let grades = match &arguments.alone {
        Some(file) if file.is_file() && arguments.known.is_some() => {
            return Err(user(format!(
                "--known: all scores are those of --alone {}; accepted: one of both, or a folder with --alone",
                file.display()
            )));
        }
        Some(file) if file.is_file() => {
            let ids: Vec<String> = nets.iter().map(|net| net.id(space)).collect();
            let earlier = earlier(arguments, "--alone", file, &run, &recipe)?;
            Some(earlier.grades(&ids, arguments.seeds)?)
        }
        _ => train(arguments, &run, &nets, &recipe, (output, stop))?,
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
    let usual = if arguments.found { Path::new(FOLDER).join(FOUND) } else { FOLDER.into() };
    let out = arguments.out.clone().unwrap_or_else(|| run.path().join(usual));
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

/// Scores of an earlier ranking.
fn earlier(
    arguments: &Arguments,
    option: &str,
    file: &Path,
    run: &RunFolder,
    recipe: &Value,
) -> Result<Earlier> {
    if arguments.fine_tune {
        return Err(user(format!(
            "{option} {}: scores of fine-tuned networks are of one supernet alone; accepted: a folder with --alone",
            file.display()
        )));
    }
    Earlier::read(option, file, &run.info().space, recipe)
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

/// Grades of all networks trained alone, by seed; `None` if some are left to other processes or to another call.
fn train(
    arguments: &Arguments,
    run: &RunFolder,
    nets: &[Architecture],
    recipe: &Value,
    (output, stop): (Output, &Stop),
) -> Result<Option<Vec<Vec<OwnGrade>>>> {
    let known = arguments.known.as_ref();
    let known = known.map(|file| earlier(arguments, "--known", file, run, recipe)).transpose()?;
    let known = |net: &Architecture, seed: u16| {
        known.as_ref()?.grade(&net.id(&run.info().space), usize::from(seed))
    };
    let usual = if arguments.fine_tune { "tuned" } else { "alone" };
    let folder = run.path().join(FOLDER).join(usual);
    let folder = arguments.alone.clone().unwrap_or(folder);
    let device = arguments.device.choice;
    let (mut grades, mut busy) = (Vec::new(), 0);
    let total = nets.len() * usize::from(arguments.seeds);
    for seed in 0..arguments.seeds {
        let (changes, data) = (seeded(&arguments.changes, run, seed), &arguments.data);
        let alone = Alone { run, from_nothing: !arguments.fine_tune, changes: &changes, data };
        let folder = folder_of(&folder, seed);
        for architecture in nets {
            let turn = match known(architecture, seed) {
                Some(grade) => Turn::Graded(grade),
                None => turn(&alone, architecture, &folder, device, output, stop)?,
            };
            match turn {
                Turn::Graded(grade) => {
                    let scores: Vec<String> =
                        grade.scores.iter().map(|s| format!("{s:.3}")).collect();
                    let place = grades.len() + busy + 1;
                    let scores = scores.join(" ");
                    output.say(format!("training {place} of {total}: {} {scores}", grade.id));
                    grades.push(grade);
                }
                Turn::Busy => busy += 1,
                Turn::Stopped => {
                    let value =
                        json!({ "interrupted": true, "trained": grades.len(), "trainings": total });
                    output.result(&value, "stopped; the same command continues")?;
                    return Ok(None);
                }
            }
        }
    }
    if busy == 0 {
        return Ok(Some(grades.chunks(nets.len()).map(<[OwnGrade]>::to_vec).collect()));
    }
    let value = json!({ "busy": busy, "trained": grades.len(), "trainings": total });
    output.result(
        &value,
        format!("{busy} networks are trained by other processes; the same command compares them when they end"),
    )?;
    Ok(None)
}

/// Changes of the run's experiment for one of several trainings: the first has the seed that was asked for, or
/// that of the run.
fn seeded(changes: &Changes, run: &RunFolder, number: u16) -> Changes {
    let mut changes = changes.clone();
    if number > 0 {
        let first = changes.seed.unwrap_or(run.info().train.seed);
        changes.seed = Some(first + u64::from(number));
    }
    changes
}

/// Folder of the networks of one of several trainings.
fn folder_of(folder: &Path, number: u16) -> PathBuf {
    if number == 0 { folder.to_owned() } else { folder.join(format!("seed-{number}")) }
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
