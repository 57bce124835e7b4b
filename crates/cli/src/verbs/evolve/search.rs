//! Search of a supernet on a device.

use std::path::Path;
use std::{fs, io};

use anyhow::Result;
use scalenas_archive::{Archive, Error as ArchiveError, Evaluation, Leases, SharedFitness, Worker};
use scalenas_evolve::{
    Candidate, Fitness, Outcome, Search, SearchConfig, StopReason, keep_options,
};
use scalenas_kernels::KernelBackend;
use scalenas_train::{HeldOut, TaskFitness, Validation};

use super::compared::Compared;
use super::fetch::share;
use super::noise::Noise;
use super::plan::{Role, SearchPlan};
use super::results::{write, write_compared};
use super::scores;
use super::searched::Searched;
use crate::context::Stop;
use crate::data::report_skipped;
use crate::error::user;
use crate::networks::{self, scored};
use crate::render::{Output, SearchProgress, warn};
use crate::task::{Request, figures};

/// File of the options in the folder of a search.
const OPTIONS: &str = "search.json";

/// Runs the search on a device and writes its results.
pub fn search<B: KernelBackend>(
    plan: &SearchPlan,
    output: Output,
    stop: &Stop,
    device: &B::Device,
) -> Result<Searched> {
    let _run = (plan.role == Role::Owner).then(|| plan.run.locked()).transpose()?;
    let supernet = networks::supernet::<B>(&plan.run, device)?;
    let validation = validation::<B>(plan, device)?;
    // Everything that may be refused comes before the folder of the search is touched.
    planned(plan, &plan.config)?;
    let evaluation = scores::evaluation(plan)?;
    let folder = plan.run.search();
    if plan.role == Role::Owner {
        fs::create_dir_all(&folder).map_err(|e| unwritable(&folder, &e))?;
    }
    let place = plan.archive.clone().unwrap_or_else(|| scored::of_folder(&folder));
    let archive = Archive::open(&place)?;
    if plan.role == Role::Owner {
        prepare(plan, &folder)?;
        scores::take_state(&archive, &evaluation, &folder, output)?;
    }
    if plan.share {
        share(&archive, &plan.run, output)?;
    }
    say_known(plan.role, &archive, &evaluation, output)?;
    let held_out: Vec<HeldOut> = validation.held_out().cloned().collect();
    let key = evaluation.key.clone();
    let mut fitness = SharedFitness::new(
        TaskFitness::new(supernet, validation, device.clone()),
        &archive,
        evaluation,
        Worker::of_this_process(&plan.device),
        Leases::default(),
        stop.flag(),
    );
    let mut searched = all_seeds(plan, &mut fitness, output, stop)?;
    for held_out in &held_out {
        report_skipped(&held_out.skipped(), output);
    }
    if !searched.interrupted && plan.role == Role::Owner {
        let resampled = |candidate: &Candidate| Ok(fitness.inner().resampled(candidate)?);
        searched.noise = Some(Noise::of_front(searched.outcome(), &key, &folder, resampled)?);
    }
    Ok(searched)
}

/// Says what the archive has of the search already, and, to a worker, where it differs from the search that is there.
fn say_known(role: Role, archive: &Archive, evaluation: &Evaluation, output: Output) -> Result<()> {
    let differing = match role {
        Role::Worker => scores::differences(archive, evaluation)?,
        Role::Owner => Vec::new(),
    };
    if !differing.is_empty() {
        warn(format!(
            "{} has no search like this one yet; the last one there differs in: {}",
            archive.shown(),
            differing.join(", ")
        ));
    }
    let known = archive.summaries()?.into_iter().find(|known| known.evaluation == evaluation.key);
    if let Some(known) = known.filter(|known| known.scored > 0) {
        output.say(format!("continuing after {} networks in {}", known.scored, archive.shown()));
    }
    Ok(())
}

/// Searches with the plan's seed, then with further ones, each beside random networks; writes results as they come.
fn all_seeds<F: Fitness>(
    plan: &SearchPlan,
    fitness: &mut SharedFitness<'_, F>,
    output: Output,
    stop: &Stop,
) -> Result<Searched> {
    let figures = figures(&plan.run.info().space);
    let mut searched = Searched { compared: Vec::new(), noise: None, interrupted: false };
    let mut run = |config: &SearchConfig| -> Result<Outcome> {
        let mut shown = SearchProgress::new(output, figures[0]);
        let mut search = planned(plan, config)?;
        match search.run(fitness, &mut [&mut shown], &stop.flag()) {
            Err(error) if is_stopped(&error) => {
                let candidates = search.scored().to_vec();
                Ok(Outcome { reason: StopReason::Interrupted, candidates })
            }
            outcome => Ok(outcome?),
        }
    };
    let folder = plan.run.search();
    for number in 0..plan.seeds as u64 {
        let seed = plan.config.seed.wrapping_add(number);
        let config = SearchConfig { seed, ..plan.config.clone() };
        let found = run(&config)?;
        searched.interrupted = found.reason == StopReason::Interrupted;
        let generations = found.candidates.iter().map(|c| c.origin.generation()).max();
        let random = config.random().filter(|_| !searched.interrupted);
        if number == 0 && !searched.interrupted && plan.role == Role::Owner {
            write(&folder, &found, &figures)?;
        }
        searched.compared.push(Compared { seed, found, random: None });
        if let Some(random) = random {
            output.say(format!("seed {seed}: as many random networks to compare with"));
            let random = run(&SearchConfig { generations: generations.unwrap_or(0), ..random })?;
            searched.interrupted = random.reason == StopReason::Interrupted;
            if !searched.interrupted {
                searched.compared[number as usize].random = Some(random);
            }
        }
        if searched.interrupted {
            break;
        }
    }
    if plan.role == Role::Owner && !searched.interrupted {
        write_compared(&folder, &searched.compared)?;
    }
    Ok(searched)
}

/// The search in memory, with its price.
fn planned(plan: &SearchPlan, config: &SearchConfig) -> Result<Search> {
    let (space, input) = (&plan.run.info().space, plan.run.info().leading().input);
    let search = Search::new(space, config, input)?;
    Ok(match &plan.latency {
        Some(table) => search.with_latency(table.clone(), input)?,
        None => search,
    })
}

/// Makes the folder of the search ready for its results.
fn prepare(plan: &SearchPlan, folder: &Path) -> Result<()> {
    let info = plan.run.info();
    if plan.fresh {
        start_over(folder)?;
    }
    let options = folder.join(OPTIONS);
    let input = info.leading().input;
    Ok(keep_options(&options, &info.space, &plan.config, input, plan.latency.as_ref())?)
}

/// Removes the results of a search; its scores stay true and are kept.
fn start_over(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_kept = entry.file_name().to_string_lossy().starts_with(scored::FILE);
        if !is_kept && entry.path().is_file() {
            fs::remove_file(entry.path()).map_err(|e| unwritable(folder, &e))?;
        }
    }
    Ok(())
}

/// Whether a search ended because it was asked to while it waited for others.
fn is_stopped(error: &scalenas_evolve::Error) -> bool {
    let scalenas_evolve::Error::Fitness(cause) = error else { return false };
    matches!(cause.downcast_ref(), Some(ArchiveError::Stopped))
}

fn unwritable(folder: &Path, error: &io::Error) -> anyhow::Error {
    user(format!("failed to write {}: {error}", folder.display()))
}

fn validation<B: KernelBackend>(plan: &SearchPlan, device: &B::Device) -> Result<Validation<B>> {
    let info = plan.run.info();
    let request = Request {
        info,
        data: &plan.data,
        variation: plan.variation,
        max_samples: plan.samples,
        reading: plan.reading,
    };
    Ok(Validation::read(&request.tasks()?, &info.train, device)?.in_format(plan.precision))
}
