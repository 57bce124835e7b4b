//! `latency`: milliseconds of the parts of a space on the device at hand.

mod arguments;
mod measure;
mod results;

use anyhow::Result;
use scalenas_base::Size;
use scalenas_eval::ranking::spearman;
use scalenas_kernels::KernelBackend;
use scalenas_space::latency::{Accuracy, LatencyTable, PartLayers, fit};
use scalenas_space::plan::Reach;
use scalenas_space::{Architecture, CostModel, PartCounts, SpaceSpec, sample};
use scalenas_train::RunFolder;

use self::measure::Bench;
use crate::context::device::on_device;
use crate::context::ready;
use crate::error::user;
use crate::experiment::space;
use crate::files::check_target;
use crate::render::Output;
use crate::task::room;
pub use arguments::Arguments;

/// One of so many networks checks the times that the others give.
const CHECKED: usize = 3;

/// Measures a space and writes its table.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    ready::require(arguments.device.choice)?;
    check_target("--out", Some(&arguments.out))?;
    let (space, input) = subject(arguments)?;
    let table = on_device!(arguments.device.choice, table(arguments, &space, input, output))?;
    table.write(&arguments.out)?;
    results::report(&table, &arguments.out, output)
}

/// Space and input that are measured.
fn subject(arguments: &Arguments) -> Result<(SpaceSpec, Size)> {
    let (space, usual) = match (&arguments.run, &arguments.space) {
        (Some(run), _) => {
            let run = RunFolder::open(run)?;
            (run.info().space.clone(), run.info().leading().input)
        }
        (None, Some(name)) => {
            let space = space(name)?;
            let usual = room(space.heads[0]).usual_input();
            (space, usual)
        }
        (None, None) => return Err(user("give --run or --space")),
    };
    Ok((space, arguments.input.unwrap_or(usual)))
}

fn table<B: KernelBackend>(
    arguments: &Arguments,
    space: &SpaceSpec,
    input: Size,
    output: Output,
    device: &B::Device,
) -> Result<LatencyTable> {
    let costs = CostModel::new(space, input)?;
    let bench = Bench::<B>::new(arguments, space, input, device)?;
    output.say("timing layers and edges one by one");
    let alone = PartLayers::new(space, input)?.times(|layer| bench.layer(layer))?;
    let networks = sample::spread(space, &costs, usize::from(arguments.networks));
    let reference = Architecture::middle(space);
    let times = bench.networks(&networks, &reference, |done| {
        if done % 10 == 0 || done == networks.len() {
            output.say(format!("{done} of {} networks timed", networks.len()));
        }
    })?;
    let counts: Vec<PartCounts> =
        networks.iter().map(|network| PartCounts::of(space, network, Reach::Live)).collect();
    let is_checked = |index: usize| index % CHECKED == 1;
    let part = |wanted: bool| -> (Vec<PartCounts>, Vec<f64>) {
        let chosen = (0..counts.len()).filter(|&index| is_checked(index) == wanted);
        chosen.map(|index| (counts[index], times[index])).unzip()
    };
    let ((fitted, fitted_times), (checked, measured)) = (part(false), part(true));
    let parts = fit(&fitted, &fitted_times, &alone);
    let predicted: Vec<f64> = checked.iter().map(|counts| parts.milliseconds(counts)).collect();
    let accuracy = accuracy(fitted.len(), &predicted, &measured);
    let names = (&*arguments.device.choice.to_string(), arguments.precision.name());
    Ok(LatencyTable::new((space, input, arguments.batch), names, parts, accuracy))
}

/// Agreement of predicted and measured times.
fn accuracy(fitted: usize, predicted: &[f64], measured: &[f64]) -> Accuracy {
    let mut errors: Vec<f64> =
        predicted.iter().zip(measured).map(|(found, truth)| (found / truth - 1.0).abs()).collect();
    errors.sort_by(f64::total_cmp);
    Accuracy {
        fitted,
        checked: measured.len(),
        median_error: errors.get(errors.len() / 2).copied().unwrap_or_default(),
        largest_error: errors.last().copied().unwrap_or_default(),
        rank_correlation: spearman(predicted, measured).unwrap_or_default(),
    }
}
