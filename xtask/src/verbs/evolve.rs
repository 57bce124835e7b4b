//! `evolve`: searching a trained supernet.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use scalenas_data::BadImages;
use scalenas_data::augment::Augment;
use scalenas_eval::{KeypointEvaluator, Sigmas};
use scalenas_evolve::{Candidate, Outcome, Search, SearchConfig, StopReason};
use scalenas_kernels::KernelBackend;
use scalenas_report::{ParetoPoint, SearchPlot, pareto_svg};
use scalenas_space::CostModel;
use scalenas_train::{CalibrationSource, EvaluateOptions, PoseFitness, RunFolder, Validation};
use serde_json::json;

use crate::cli::EvolveArguments as Arguments;
use crate::config::{Experiment, keypoint_facts};
use crate::data::{People, bad_images, image_ids, say_skipped, split};
use crate::device;
use crate::interrupt::Stop;
use crate::networks;
use crate::on_device;
use crate::output::{Output, table, write_file};
use crate::progress::SearchShown;

/// Searches and writes what was found.
pub fn run(arguments: &Arguments, output: Output, stop: &Stop) -> Result<()> {
    device::require(arguments.device)?;
    let run = RunFolder::open(&arguments.run)?;
    let experiment = Experiment::of_run(&run, &[])?;
    let mut config = match &arguments.config {
        Some(path) => Experiment::read(path, &arguments.set)?.search,
        None => Experiment::of_run(&run, &arguments.set)?.search,
    };
    config.generations = arguments.generations.unwrap_or(config.generations);
    config.limits.max_gmacs = arguments.max_gmacs.or(config.limits.max_gmacs);
    config.limits.max_mparams = arguments.max_mparams.or(config.limits.max_mparams);
    let plan = SearchPlan {
        data: arguments.data.clone().unwrap_or_else(|| run.info().data.clone()),
        run,
        config,
        augment: experiment.augment,
        people: arguments.people,
        bad: bad_images(arguments.skip_bad_images),
        fresh: arguments.force,
    };
    let outcome = on_device!(arguments.device, search(&plan, output, stop))?;
    report(&plan.run, &outcome, output)
}

/// What to search, and how.
pub struct SearchPlan {
    /// The supernet's run.
    pub run: RunFolder,
    /// Options.
    pub config: SearchConfig,
    /// Data set folder.
    pub data: std::path::PathBuf,
    /// How calibration varies its crops: as training did.
    pub augment: Augment,
    /// Most people to score on; 0 for all.
    pub people: usize,
    /// What to do about bad pictures.
    pub bad: BadImages,
    /// Whether an existing search is replaced.
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
    let supernet = networks::supernet::<B>(&plan.run, device)?;
    let validation = validation::<B>(plan, device)?;
    plan.config.validate(&info.space, &CostModel::new(&info.space, info.input)?)?;
    let folder = plan.run.search();
    if plan.fresh && folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let state = folder.join("state.json");
    let mut search = Search::open(&info.space, &plan.config, info.input, &state)?;
    if !search.scored().is_empty() {
        output.say(format!("continuing after {} networks", search.scored().len()));
    }
    let dataset = Arc::clone(&validation.dataset);
    let mut fitness = PoseFitness::new(supernet, validation, device.clone());
    let outcome = search.run(&mut fitness, &mut SearchShown::new(output), &stop.flag())?;
    say_skipped(&dataset, output);
    if outcome.reason != StopReason::Interrupted {
        write(&folder, &outcome)?;
    }
    Ok(outcome)
}

fn validation<B: KernelBackend>(plan: &SearchPlan, device: &B::Device) -> Result<Validation<B>> {
    let info = plan.run.info();
    let facts = keypoint_facts(&info.facts)?;
    let train = People::read(split(&plan.data, "train")?, &facts, info.input)?;
    let held_out = People::read(split(&plan.data, "val")?, &facts, info.input)?;
    let dataset = held_out.annotated(plan.people, plan.bad)?;
    let sigmas = Sigmas::new(facts.sigmas.clone())?;
    let evaluator = KeypointEvaluator::read(&held_out.files.annotations, &sigmas)?
        .on_images(&image_ids(&dataset))?;
    let options = &info.train;
    let train = train.training(plan.augment, options.seed, plan.bad)?;
    let calibration = CalibrationSource::read(&train, options, device)?;
    let options = EvaluateOptions {
        batch: options.batch,
        workers: options.workers,
        ..EvaluateOptions::default()
    };
    Ok(Validation { dataset: Arc::clone(&dataset), evaluator, calibration, options })
}

fn write(folder: &Path, outcome: &Outcome) -> Result<()> {
    outcome.write(&folder.join("outcome.ron"))?;
    outcome.write_csv(&folder.join("candidates.csv"))?;
    write_file(&folder.join("pareto.svg"), pareto_svg(&plot(outcome)))?;
    for candidate in outcome.front() {
        candidate.architecture.write(&folder.join(format!("{}.ron", candidate.id)))?;
    }
    if let Some(best) = outcome.front().last() {
        best.architecture.write(&folder.join("best.ron"))?;
    }
    Ok(())
}

/// The candidates as points of a plot.
pub fn plot(outcome: &Outcome) -> SearchPlot {
    let front: Vec<&str> = outcome.front().iter().map(|c| c.id.as_str()).collect();
    let point = |candidate: &Candidate| ParetoPoint {
        id: candidate.id.clone(),
        cost: candidate.cost.gmacs(),
        score: candidate.score(),
        generation: candidate.origin.generation(),
        on_front: front.contains(&candidate.id.as_str()),
    };
    SearchPlot {
        points: outcome.candidates.iter().map(point).collect(),
        cost_label: "GMACs (10^9)".to_owned(),
        score_label: "AP".to_owned(),
    }
}

/// Rows of a table of networks.
pub fn rows(candidates: &[&Candidate]) -> Vec<Vec<String>> {
    let row = |candidate: &&Candidate| {
        vec![
            candidate.id.clone(),
            format!("{:.3}", candidate.score()),
            format!("{:.2}", candidate.cost.parameters as f64 / 1e6),
            format!("{:.4}", candidate.cost.gmacs()),
            format!("{:.4}", candidate.cost.gimacs()),
        ]
    };
    candidates.iter().map(row).collect()
}

/// Header of [`rows`].
pub const HEADER: [&str; 5] = ["network", "AP", "M params", "GMACs (10^9)", "GiMACs (2^30)"];

fn report(run: &RunFolder, outcome: &Outcome, output: Output) -> Result<()> {
    let front = outcome.front();
    let network = |candidate: &&Candidate| {
        json!({
            "id": candidate.id,
            "ap": candidate.score(),
            "parameters": candidate.cost.parameters,
            "gmacs": candidate.cost.gmacs(),
            "gimacs": candidate.cost.gimacs(),
        })
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
        table(&HEADER, &rows(&front)),
        outcome.candidates.len(),
    );
    output.result(&value, text)
}
