//! Printed outcome of a training run, of a supernet or of one network alone.

use anyhow::Result;
use scalenas_train::Outcome;
use serde_json::json;

use super::job::Job;
use crate::context::program;
use crate::render::Output;

/// Prints the outcome and the command that comes next.
pub fn report(job: &Job, outcome: &Outcome, output: Output) -> Result<()> {
    let (info, out) = (&job.info, job.out.display());
    let only = info.train.sampling.only(&info.space);
    let mut value = json!({
        "run": job.out,
        "skipped_images": job.tasks.skipped().len(),
        "iterations": outcome.iterations,
        "interrupted": outcome.interrupted,
        "loss": outcome.loss,
        "seconds": outcome.seconds,
    });
    if let Some((_, architecture)) = &only {
        value["architecture"] = json!(architecture.id(&info.space));
    }
    let program = program::name();
    let next = match only {
        _ if outcome.interrupted => {
            format!("stopped; continue with {}", program::resume(info, &job.out))
        }
        Some(_) => format!("next: {program} export --run {out} --out net.onnx"),
        None => format!("next: {program} evolve --run {out}"),
    };
    let text = format!(
        "{} iterations in {:.0} s, loss {:.3e}\n{next}",
        outcome.iterations, outcome.seconds, outcome.loss
    );
    output.result(&value, text)
}
