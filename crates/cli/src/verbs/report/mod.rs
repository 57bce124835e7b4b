//! `report`: one page about a run.

mod arguments;
mod budgets;
mod curves;
mod explorer;
mod found;
mod page;
mod serve;

use std::path::Path;

use anyhow::Result;
use scalenas_train::RunFolder;
use serde_json::json;

use self::page::{page, samples, search_of};
use crate::files::{check_target, write_file};
use crate::render::Output;
pub use arguments::Arguments;

/// Writes the page of a run, or shows it to browsers.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    let run = RunFolder::open(&arguments.run)?;
    if let Some(address) = arguments.serve {
        return serve::serve(&run, address, output);
    }
    let out = arguments.out.clone().unwrap_or_else(|| arguments.run.join("report.html"));
    check_target("--out", Some(&out))?;
    write(&run, &out, Vec::new(), output)?;
    output.result(&json!({ "report": out }), format!("report: {}", out.display()))
}

/// Writes the page of a run with additional lines of summary.
pub fn write(
    run: &RunFolder,
    out: &Path,
    summary: Vec<(String, String)>,
    output: Output,
) -> Result<()> {
    let search = search_of(run)?;
    let samples = samples(run, search.as_ref()).unwrap_or_else(|error| {
        output.say(format!("no sample predictions: {error:#}"));
        Vec::new()
    });
    write_file(out, page(run, search.as_ref(), summary, samples)?.to_html())
}
