//! `supernet`: training from an experiment file.

mod arguments;
mod duration;
mod guests;
mod job;
mod join;
mod memory;
mod outcome;
mod plan;
mod sheet;
mod task;
mod together;
mod weights;

use anyhow::Result;

use self::plan::dry_run;
use crate::context::Stop;
use crate::data::report_skipped;
use crate::files::check_target;
use crate::render::Output;
pub use arguments::Arguments;
pub use job::Job;
pub use outcome::report;
pub use together::TogetherArguments;

/// Trains a supernet, or reports the plan of a dry run.
pub fn run(arguments: &Arguments, output: Output, stop: &Stop) -> Result<()> {
    check_target("--sheet", arguments.sheet.as_deref())?;
    let devices = arguments.together.devices(arguments.device.choice)?;
    if let Some(address) = &arguments.join {
        let others = join::others(address, &devices)?;
        join::join(address, &devices, output, stop)?;
        others.wait();
        return Ok(());
    }
    let mut job = Job::new(arguments)?;
    devices.check(&job.tasks)?;
    job.settle(devices.here[0], output)?;
    if arguments.dry_run {
        if let Some(path) = &arguments.sheet {
            sheet::write(path, &job.tasks, arguments.samples, output)?;
        }
        let seconds = duration::seconds_per_iteration(&job, devices.here[0])?;
        return dry_run(&job, seconds, output);
    }
    let outcome = job.train(&devices, output, stop)?;
    report_skipped(&job.tasks.skipped(), output);
    report(&job, &outcome, output)
}
