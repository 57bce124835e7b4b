//! Search of a supernet on a device.

use std::path::Path;
use std::{fs, io};

use anyhow::Result;
use scalenas_data::Reading;
use scalenas_evolve::{Archive, Outcome, Search, SearchConfig, StopReason};
use scalenas_kernels::KernelBackend;
use scalenas_space::CostModel;
use scalenas_train::{HeldOut, RunFolder, TaskFitness, Validation};

use super::results::write;
use crate::context::Stop;
use crate::data::report_skipped;
use crate::error::user;
use crate::networks;
use crate::render::{Output, SearchProgress};
use crate::task::{Request, Variation, figures};

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
    pub samples: usize,
    /// Treatment of bad pictures.
    pub reading: Reading,
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
    let _run = plan.run.locked()?;
    let supernet = networks::supernet::<B>(&plan.run, device)?;
    let validation = validation::<B>(plan, device)?;
    plan.config.validate(&info.space, &CostModel::new(&info.space, input)?)?;
    let folder = plan.run.search();
    if plan.fresh && folder.exists() {
        fs::remove_dir_all(&folder).map_err(|e| unwritable(&folder, &e))?;
    }
    fs::create_dir_all(&folder).map_err(|e| unwritable(&folder, &e))?;
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
    let mut shown = SearchProgress::new(output, figures[0]);
    let outcome = search.run(&mut fitness, &mut [&mut archive, &mut shown], &stop.flag())?;
    for held_out in &held_out {
        report_skipped(&held_out.skipped(), output);
    }
    if outcome.reason != StopReason::Interrupted {
        write(&folder, &outcome, &figures)?;
    }
    Ok(outcome)
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
