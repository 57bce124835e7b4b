//! Search of a supernet on a device.

use std::path::Path;
use std::{fs, io};

use anyhow::Result;
use scalenas_archive::{Archive, Error as ArchiveError, Leases, SharedFitness, Worker};
use scalenas_evolve::{Outcome, Search, StopReason, keep_options};
use scalenas_kernels::KernelBackend;
use scalenas_train::{HeldOut, TaskFitness, Validation};

use super::plan::{Role, SearchPlan};
use super::results::write;
use super::scores;
use crate::context::Stop;
use crate::data::report_skipped;
use crate::error::user;
use crate::networks;
use crate::render::{Output, SearchProgress};
use crate::task::{Request, figures};

/// File of the options in the folder of a search.
const OPTIONS: &str = "search.json";

/// Runs the search on a device and writes its results.
pub fn search<B: KernelBackend>(
    plan: &SearchPlan,
    output: Output,
    stop: &Stop,
    device: &B::Device,
) -> Result<Outcome> {
    let info = plan.run.info();
    let _run = (plan.role == Role::Owner).then(|| plan.run.locked()).transpose()?;
    let supernet = networks::supernet::<B>(&plan.run, device)?;
    let validation = validation::<B>(plan, device)?;
    // Everything that may be refused comes before the folder of the search is touched.
    let mut search = planned(plan)?;
    let evaluation = scores::evaluation(plan)?;
    let folder = plan.run.search();
    if plan.role == Role::Owner {
        fs::create_dir_all(&folder).map_err(|e| unwritable(&folder, &e))?;
    }
    let place = plan.archive.clone().unwrap_or_else(|| scores::of_folder(&folder));
    let archive = Archive::open(&place)?;
    if plan.role == Role::Owner {
        prepare(plan, &folder)?;
        scores::take_state(&archive, &evaluation, &folder, output)?;
    }
    let known = archive.summaries()?.into_iter().find(|known| known.evaluation == evaluation.key);
    if let Some(known) = known.filter(|known| known.scored > 0) {
        output.say(format!("continuing after {} networks in {}", known.scored, archive.shown()));
    }
    let held_out: Vec<HeldOut> = validation.held_out().cloned().collect();
    let figures = figures(&info.space);
    let mut fitness = SharedFitness::new(
        TaskFitness::new(supernet, validation, device.clone()),
        &archive,
        evaluation,
        Worker::of_this_process(&plan.device),
        Leases::default(),
        stop.flag(),
    );
    let mut shown = SearchProgress::new(output, figures[0]);
    let outcome = match search.run(&mut fitness, &mut [&mut shown], &stop.flag()) {
        Err(error) if is_stopped(&error) => {
            Outcome { reason: StopReason::Interrupted, candidates: search.scored().to_vec() }
        }
        outcome => outcome?,
    };
    for held_out in &held_out {
        report_skipped(&held_out.skipped(), output);
    }
    if outcome.reason != StopReason::Interrupted && plan.role == Role::Owner {
        write(&folder, &outcome, &figures)?;
    }
    Ok(outcome)
}

/// The search in memory, with its price.
fn planned(plan: &SearchPlan) -> Result<Search> {
    let (space, input) = (&plan.run.info().space, plan.run.info().leading().input);
    let search = Search::new(space, &plan.config, input)?;
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
        let is_kept = entry.file_name().to_string_lossy().starts_with(scores::FILE);
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
    Ok(Validation::read(&request.tasks()?, &info.train, device)?)
}
