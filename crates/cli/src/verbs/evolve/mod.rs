//! `evolve`: search of a trained supernet.

mod arguments;

use std::fs;
use std::path::Path;

use anyhow::Result;
use scalenas_data::BadImages;
use scalenas_evolve::{Archive, Candidate, Outcome, Search, SearchConfig, StopReason, front};
use scalenas_kernels::KernelBackend;
use scalenas_report::{ParetoPoint, SearchPlot, pareto_svg};
use scalenas_space::CostModel;
use scalenas_train::{Figure, HeldOut, RunFolder, TaskFitness, Validation};
use serde_json::json;

use crate::context::Stop;
use crate::context::device::{self, on_device};
use crate::data::say_skipped;
use crate::experiment::Experiment;
use crate::files::write_file;
use crate::networks;
use crate::render::SearchShown;
use crate::render::{Output, table};
use crate::task::{Request, Variation, figures};
pub use arguments::Arguments;

/// Searches a supernet and writes the front.
pub fn run(arguments: &Arguments, output: Output, stop: &Stop) -> Result<()> {
    device::require(arguments.device.choice)?;
    let run = RunFolder::open(&arguments.run)?;
    let experiment = Experiment::from_run(&run, &[])?;
    let mut config = match &arguments.config {
        Some(path) => Experiment::read(path, &arguments.set)?.search,
        None => Experiment::from_run(&run, &arguments.set)?.search,
    };
    config.generations = arguments.generations.unwrap_or(config.generations);
    config.limits.max_gmacs = arguments.max_gmacs.or(config.limits.max_gmacs);
    config.limits.max_mparams = arguments.max_mparams.or(config.limits.max_mparams);
    let plan = SearchPlan {
        data: arguments.data.folder.clone().unwrap_or_else(|| run.info().leading().data.clone()),
        run,
        config,
        variation: experiment.variation(),
        people: arguments.people,
        bad: arguments.data.bad_images(),
        fresh: arguments.force,
    };
    let outcome = on_device!(arguments.device.choice, search(&plan, output, stop))?;
    report(&plan.run, &outcome, output)
}

/// Supernet, options and data of a search.
pub struct SearchPlan {
    /// Run of the supernet.
    pub run: RunFolder,
    /// Options of the search.
    pub config: SearchConfig,
    /// Data set folder.
    pub data: std::path::PathBuf,
    /// Augmentation of calibration samples: that of training.
    pub variation: Variation,
    /// Maximum number of people (top-down) or pictures to score on; 0 for all.
    pub people: usize,
    /// Treatment of bad pictures.
    pub bad: BadImages,
    /// Whether to replace an existing search.
    pub fresh: bool,
}

/// Runs the search on a device and writes its results.
pub fn search<B: KernelBackend>(
    plan: &SearchPlan,
    output: Output,
    stop: &Stop,
    device: &B::Device,
) -> Result<Outcome> {
    let info = plan.run.info();
    let input = info.leading().input;
    let supernet = networks::supernet::<B>(&plan.run, device)?;
    let validation = validation::<B>(plan, device)?;
    plan.config.validate(&info.space, &CostModel::new(&info.space, input)?)?;
    let folder = plan.run.search();
    if plan.fresh && folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let state = folder.join("state.json");
    let mut archive = Archive::open(&state, &info.space, &plan.config, input)?;
    let search = Search::new(&info.space, &plan.config, input)?;
    let mut search = search.resume(archive.scored().to_vec());
    if !search.scored().is_empty() {
        output.say(format!("continuing after {} networks", search.scored().len()));
    }
    let held_out: Vec<HeldOut> = validation.held_out().cloned().collect();
    let figures = figures(&info.space);
    let mut fitness = TaskFitness::new(supernet, validation, device.clone());
    let mut shown = SearchShown::new(output, figures[0]);
    let outcome = search.run(&mut fitness, &mut [&mut archive, &mut shown], &stop.flag())?;
    for held_out in &held_out {
        say_skipped(&held_out.skipped(), output);
    }
    if outcome.reason != StopReason::Interrupted {
        write(&folder, &outcome, &figures)?;
    }
    Ok(outcome)
}

fn validation<B: KernelBackend>(plan: &SearchPlan, device: &B::Device) -> Result<Validation<B>> {
    let info = plan.run.info();
    let request = Request {
        info,
        data: &plan.data,
        variation: plan.variation,
        most: plan.people,
        bad: plan.bad,
    };
    Ok(Validation::read(&request.tasks()?, &info.train, device)?)
}

fn write(folder: &Path, outcome: &Outcome, figures: &[Figure]) -> Result<()> {
    outcome.write(&folder.join("outcome.ron"))?;
    outcome.write_csv(&folder.join("candidates.csv"))?;
    for (index, &figure) in figures.iter().enumerate() {
        let name = if index == 0 {
            "pareto.svg".to_owned()
        } else {
            format!("pareto_{}.svg", figure.key())
        };
        write_file(&folder.join(name), pareto_svg(&plot(outcome, index, figure)))?;
    }
    for candidate in outcome.front() {
        candidate.architecture.write(&folder.join(format!("{}.ron", candidate.id)))?;
    }
    if let Some(best) = outcome.front().last() {
        best.architecture.write(&folder.join("best.ron"))?;
    }
    Ok(())
}

/// Plot of the candidates: cost against one of their scores.
pub fn plot(outcome: &Outcome, index: usize, figure: Figure) -> SearchPlot {
    let score = |candidate: &Candidate| candidate.fitness.get(index).copied().unwrap_or_default();
    let points: Vec<Vec<f64>> =
        outcome.candidates.iter().map(|c| vec![c.cost.macs as f64, -score(c)]).collect();
    let front: Vec<&str> =
        front(&points).into_iter().map(|index| &*outcome.candidates[index].id).collect();
    let point = |candidate: &Candidate| ParetoPoint {
        id: candidate.id.clone(),
        cost: candidate.cost.gmacs(),
        score: score(candidate),
        generation: candidate.origin.generation(),
        on_front: front.contains(&candidate.id.as_str()),
    };
    SearchPlot {
        points: outcome.candidates.iter().map(point).collect(),
        cost_label: "GMACs (10^9)".to_owned(),
        score_label: figure.name().to_owned(),
    }
}

/// Rows of a table of networks.
pub fn rows(candidates: &[&Candidate]) -> Vec<Vec<String>> {
    let row = |candidate: &&Candidate| {
        vec![
            candidate.id.clone(),
            scores(candidate),
            format!("{:.2}", candidate.cost.parameters as f64 / 1e6),
            format!("{:.4}", candidate.cost.gmacs()),
            format!("{:.4}", candidate.cost.gimacs()),
        ]
    };
    candidates.iter().map(row).collect()
}

/// Scores of all tasks, separated by slashes.
pub fn scores(candidate: &Candidate) -> String {
    let scores = candidate.fitness.iter().map(|score| format!("{score:.3}"));
    scores.collect::<Vec<_>>().join(" / ")
}

/// Names of the scores of all tasks, separated by slashes.
pub fn names(figures: &[Figure]) -> String {
    figures.iter().map(|figure| figure.name()).collect::<Vec<_>>().join(" / ")
}

/// Scores by their keys in machine-readable results.
pub fn keyed(
    candidate: &Candidate,
    figures: &[Figure],
) -> serde_json::Map<String, serde_json::Value> {
    let pairs = figures.iter().zip(&candidate.fitness);
    pairs.map(|(&figure, &score)| (figure.key().to_owned(), json!(score))).collect()
}

fn report(run: &RunFolder, outcome: &Outcome, output: Output) -> Result<()> {
    let figures = figures(&run.info().space);
    let header = ["network", &names(&figures), "M params", "GMACs (10^9)", "GiMACs (2^30)"];
    let front = outcome.front();
    let network = |candidate: &&Candidate| {
        let mut network = keyed(candidate, &figures);
        network.insert("id".to_owned(), json!(candidate.id));
        network.insert("parameters".to_owned(), json!(candidate.cost.parameters));
        network.insert("gmacs".to_owned(), json!(candidate.cost.gmacs()));
        network.insert("gimacs".to_owned(), json!(candidate.cost.gimacs()));
        network
    };
    let value = json!({
        "search": run.search(),
        "reason": outcome.reason,
        "scored": outcome.candidates.len(),
        "front": front.iter().map(network).collect::<Vec<_>>(),
    });
    let place = run.search();
    let next = match &outcome.reason {
        StopReason::Interrupted => "stopped; the same command continues".to_owned(),
        reason => format!("ended by {reason:?}; files in {}", place.display()),
    };
    let text = format!(
        "{}\n{} networks scored; {next}",
        table(&header, &rows(&front)),
        outcome.candidates.len(),
    );
    output.result(&value, text)
}
