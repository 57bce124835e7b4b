//! Printed plan of a training run.

use anyhow::Result;
use scalenas_space::{Architecture, cost};
use serde_json::json;

use super::job::Job;
use super::memory;
use crate::data::facts::shown;
use crate::render::{Output, table};

/// Prints the plan of a run whose iterations take so many seconds.
pub fn dry_run(job: &Job, seconds_per_iteration: f64, output: Output) -> Result<()> {
    let train = &job.info.train;
    let tasks = &job.tasks;
    let unit = tasks.unit().replace(' ', "_");
    let epochs = train.schedule.epochs.number();
    let iterations = tasks.iterations() * epochs;
    let held_out = tasks.held_out_samples();
    let space = &job.info.space;
    let largest = cost::cost(space, &Architecture::largest(space), job.info.leading().input)?;
    let memory = memory::of_step(&job.info)?;
    let gib = |bytes: u64| format!("{:.2} GiB", bytes as f64 / f64::from(1 << 30));
    let facts = shown(&job.info.leading().facts);
    let value = json!({
        "out": job.out,
        "space": job.info.space.name,
        (format!("train_{unit}")): tasks.samples(),
        (format!("validation_{unit}")): held_out,
        "facts": facts,
        "iterations": iterations,
        "largest_parameters": largest.parameters,
        "seconds_per_iteration": seconds_per_iteration,
        "expected_seconds": seconds_per_iteration * iterations as f64,
        "activation_bytes": memory.activations,
        "peak_bytes": memory.peak,
        "train": train,
    });
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let rows = [
        row("run folder", job.out.display().to_string()),
        row("facts", facts.to_owned()),
        row(&format!("{} to learn from", tasks.unit()), tasks.samples().to_string()),
        row(&format!("{} held out", tasks.unit()), held_out.to_string()),
        row("iterations", format!("{iterations} ({epochs} epochs of batch {})", train.batch)),
        row("expected time on this machine", duration(seconds_per_iteration * iterations as f64)),
        row("largest network", format!("{:.2} M parameters", largest.parameters as f64 / 1e6)),
        row("memory of its training step", gib(memory.peak)),
        row("of which activations", gib(memory.activations)),
    ];
    output.result(&value, table(&["plan", &job.info.space.name], &rows))
}

/// A duration in words, without validation.
fn duration(seconds: f64) -> String {
    let minutes = seconds / 60.0;
    if minutes < 90.0 {
        return format!("{minutes:.0} minutes and validation");
    }
    format!("{:.1} hours and validation", minutes / 60.0)
}
