//! `bench`: seconds of inference and training steps, as JSON lines.

mod against;
mod arguments;
mod case;
mod measure;
mod memory;

use std::path::Path;

use anyhow::Result;
use scalenas_kernels::cpu::Peak;
use scalenas_space::{Architecture, MaskFile, SpaceSpec, cost};
use scalenas_train::Precision;
use serde_json::{Value, json};

use self::against::Against;
use self::arguments::Mode;
use self::case::{Case, JOINTS};
use self::measure::measure;
use crate::context::device::{DeviceChoice, on_device};
use crate::context::ready;
use crate::error::user;
use crate::experiment::space;
use crate::render::{Output, table};
pub use arguments::Arguments;

/// Measures every mode and batch size.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    ready::require(arguments.device.choice)?;
    let (space, architecture) = resolve(arguments)?;
    let precision = arguments.precision.settle(arguments.device.choice, output)?;
    let cases = cases(arguments, (&space, &architecture), precision);
    // Read before the measurements, which take long.
    let against = arguments.against.as_deref().map(Against::read).transpose()?;
    let others = other_seconds(&cases, against.as_ref(), output)?;
    let machine = (arguments.device.choice == DeviceChoice::Cpu).then(Peak::measure);
    let mut rows = Vec::new();
    for (case, other) in cases.iter().zip(others) {
        let mut line = on_device!(arguments.device.choice, measure(case))?;
        if let (Some(machine), Some(gflops)) = (machine, line["gflops"].as_f64()) {
            line["machine_gflops"] = json!(machine.gflops);
            line["machine_gigabytes_per_second"] = json!(machine.gigabytes);
            // The peak is that of float32; products of bfloat16 have another.
            if precision == Precision::F32 {
                line["share_of_peak"] = json!(gflops / machine.gflops);
            }
        }
        if let Some(other) = other {
            line["ratio"] = json!(other / line["seconds"].as_f64().unwrap_or(f64::NAN));
        }
        output.say(line.to_string());
        rows.push(line);
    }
    // The facts of the last case stand beside all of them, for readers of one line.
    let mut result = rows.last().cloned().unwrap_or_default();
    result["cases"] = json!(rows);
    output.result(&result, result_table(&rows))
}

/// Seconds of the other program per case; some may be missing, but not all.
fn other_seconds(
    cases: &[Case<'_>],
    against: Option<&Against>,
    output: Output,
) -> Result<Vec<Option<f64>>> {
    let Some(lines) = against else { return Ok(vec![None; cases.len()]) };
    let seconds: Vec<_> = cases.iter().map(|case| lines.seconds(&case.facts())).collect();
    let mut lacking = cases.iter().zip(&seconds).filter(|(_, seconds)| seconds.is_none());
    let say = |(case, _): (&Case<'_>, _)| lines.missing(&case.facts());
    if seconds.iter().all(Option::is_none) {
        return Err(user(lacking.next().map(say).unwrap_or_default()));
    }
    lacking.map(say).for_each(|line| output.say(line));
    Ok(seconds)
}

fn cases<'a>(
    arguments: &'a Arguments,
    (space, architecture): (&'a SpaceSpec, &'a Architecture),
    precision: Precision,
) -> Vec<Case<'a>> {
    let of_mode = |&mode: &Mode| {
        let case =
            move |&batch: &usize| Case { arguments, space, architecture, mode, batch, precision };
        arguments.batch.iter().map(case)
    };
    arguments.mode.iter().flat_map(of_mode).collect()
}

fn resolve(arguments: &Arguments) -> Result<(SpaceSpec, Architecture)> {
    let space = match &arguments.space {
        Some(name) => space(name)?,
        None => SpaceSpec::top_down(arguments.width, JOINTS),
    };
    if space.heads.len() > 1 {
        return Err(user(format!("--space {}: has two heads; accepted: one", space.name)));
    }
    let path = Path::new(&arguments.arch);
    let architecture = match Architecture::named(&arguments.arch, &space) {
        Some(architecture) => architecture,
        None => MaskFile::read(path)?.architecture(),
    };
    architecture.validate(&space)?;
    cost::CostModel::new(&space, arguments.input)?;
    Ok((space, architecture))
}

fn result_table(rows: &[Value]) -> String {
    let cell = |row: &Value, key: &str| match &row[key] {
        Value::Number(number) if number.is_u64() => number.to_string(),
        Value::Number(number) => number.as_f64().map_or(String::new(), |n| format!("{n:.4}")),
        Value::String(text) => text.clone(),
        _ => String::new(),
    };
    let keys = [
        "mode",
        "batch",
        "seconds",
        "images_per_second",
        "gflops",
        "share_of_peak",
        "peak_gib",
        "ratio",
    ];
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| keys.iter().map(|key| cell(row, key)).collect()).collect();
    table(&keys, &rows)
}
