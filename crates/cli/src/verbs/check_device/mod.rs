//! `check-device`: comparison of every operation of a space, and its gradients, with the processor's.
//! Drivers and kernel compilers have errors, and a wrong convolution only shows as a network that learns
//! less.

mod arguments;
mod case;
mod compare;
mod inputs;
mod run;

use anyhow::{Result, bail};
use scalenas_base::Size;
use serde::Serialize;

use self::compare::{Deviation, deviation, limit};
use crate::context::device::on_device;
use crate::context::ready;
use crate::experiment::space;
use crate::render::{Output, table};
pub use arguments::Arguments;

#[derive(Serialize)]
struct Report {
    device: String,
    space: String,
    input: Size,
    batch: usize,
    dtype: &'static str,
    limit: f64,
    passed: bool,
    operations: Vec<Deviation>,
}

/// Compares all operations; a difference above the limit is an error.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    ready::require(arguments.device)?;
    let space = space(&arguments.space)?;
    let cases = case::all(&space, arguments.input)?;
    let limit = arguments.limit.unwrap_or_else(|| limit(arguments.precision.precision()));
    let mut operations = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let found = on_device!(arguments.device, deviation(case, arguments))?;
        let verdict = if found.worst() <= limit { "same" } else { "DIFFERENT" };
        let (number, worst) = (index + 1, found.worst());
        output.say(format!("{number}/{} {}: {worst:.1e} {verdict}", cases.len(), found.operation));
        operations.push(found);
    }
    operations.sort_by(|a, b| b.worst().total_cmp(&a.worst()));
    let wrong = operations.iter().filter(|found| found.worst() > limit).count();
    let report = Report {
        device: arguments.device.to_string(),
        space: space.name.clone(),
        input: arguments.input,
        batch: arguments.batch,
        dtype: arguments.precision.name(),
        limit,
        passed: wrong == 0,
        operations,
    };
    output.result(&report, result_table(&report.operations))?;
    if wrong > 0 {
        let (device, count) = (arguments.device, report.operations.len());
        bail!(
            "{wrong} of {count} operations on {device} are further than {limit:.0e} from the \
             processor's; the worst: {}",
            report.operations[0].operation
        );
    }
    Ok(())
}

fn result_table(operations: &[Deviation]) -> String {
    let header = ["operation", "result", "gradient of features", "gradient of weights"];
    let rows = operations.iter().map(|found| {
        let figures = [found.result, found.features, found.weights];
        let mut row = vec![found.operation.clone()];
        row.extend(figures.map(|figure| figure.map_or(String::new(), |f| format!("{f:.1e}"))));
        row
    });
    table(&header, &rows.collect::<Vec<_>>())
}
