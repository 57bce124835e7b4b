//! `evolve`: search of a trained supernet.

mod arguments;
pub mod candidates;
mod compared;
mod fetch;
mod forecast;
mod from_scores;
pub mod noise;
mod plan;
mod price;
pub mod results;
pub mod scores;
mod search;
mod searched;

use anyhow::Result;
use scalenas_archive::Place;
use scalenas_train::RunFolder;

use crate::context::Stop;
use crate::context::device::on_device;
use crate::context::ready;
use crate::error::user;
use crate::experiment::Experiment;
use crate::render::Output;
pub use arguments::Arguments;
pub use plan::{Role, SearchPlan};
pub use search::search;

/// Searches a supernet and writes the front.
pub fn run(arguments: &Arguments, output: Output, stop: &Stop) -> Result<()> {
    ready::require(arguments.device.choice)?;
    let archive: Option<Place> = arguments.archive.as_deref().map(str::parse).transpose()?;
    if let Some(place) = archive.as_ref().filter(|_| arguments.fetch) {
        fetch::fetch(place, &arguments.run, output)?;
    }
    let run = RunFolder::open(&arguments.run)?;
    if let Some((name, _)) = run.info().train.sampling.only(&run.info().space) {
        return Err(user(format!(
            "{} trained one network alone, {name}: there is nothing to search; accepted: the run of a supernet",
            run.path().display()
        )));
    }
    let experiment = Experiment::from_run(&run, &[])?;
    let mut config = match &arguments.config {
        Some(path) => Experiment::read(path, &arguments.set)?.search,
        None => Experiment::from_run(&run, &arguments.set)?.search,
    };
    config.generations = arguments.generations.unwrap_or(config.generations);
    config.limits.max_gmacs = arguments.max_gmacs.or(config.limits.max_gmacs);
    config.limits.max_mparams = arguments.max_mparams.or(config.limits.max_mparams);
    config.limits.max_ms = arguments.max_ms.or(config.limits.max_ms);
    let latency = price::table(arguments.latency.as_deref(), config.limits.max_ms)?;
    if arguments.from_scores {
        return from_scores::report(&run, archive, &config.limits, latency.as_ref(), output);
    }
    let plan = SearchPlan {
        data: arguments.data.folder.clone().unwrap_or_else(|| run.info().leading().data.clone()),
        run,
        config,
        variation: experiment.variation(),
        samples: arguments.people,
        reading: arguments.data.reading(),
        latency,
        seeds: arguments.seeds,
        fresh: arguments.force,
        archive,
        share: arguments.share,
        role: if arguments.worker { Role::Worker } else { Role::Owner },
        precision: arguments.precision.settle(arguments.device.choice, output)?,
        device: arguments.device.choice.to_string(),
    };
    let searched = on_device!(arguments.device.choice, search(&plan, output, stop))?;
    results::report(&plan, &searched, output)
}
