//! `supernet`: training from an experiment file.

mod arguments;
mod duration;
mod job;
mod memory;
mod plan;
mod weights;

use anyhow::Result;

use self::plan::{dry_run, report};
use crate::context::Stop;
use crate::context::device;
use crate::data::report_skipped;
use crate::render::Output;
pub use arguments::Arguments;
pub use job::Job;

/// Trains a supernet, or reports the plan of a dry run.
pub fn run(arguments: &Arguments, output: Output, stop: &Stop) -> Result<()> {
    device::require(arguments.device.choice)?;
    let job = Job::new(arguments)?;
    if arguments.dry_run {
        let seconds = duration::seconds_per_iteration(&job, arguments.device.choice)?;
        return dry_run(&job, seconds, output);
    }
    let outcome = job.train(arguments.device.choice, output, stop)?;
    report_skipped(&job.tasks.skipped(), output);
    report(&job, &outcome, output)
}
