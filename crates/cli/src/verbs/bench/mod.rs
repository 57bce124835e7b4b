//! `bench`: seconds of inference and of training steps, medians on an idle machine.

mod against;
mod arguments;
mod memory;

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use burn::backend::Autodiff;
use burn::optim::adaptor::OptimizerAdaptor;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Distribution, Tensor};
use scalenas_kernels::KernelBackend;
use scalenas_kernels::cpu::Peak;
use scalenas_model::{BatchStatistics, Supernet};
use scalenas_space::{Architecture, MaskFile, SpaceSpec, cost};
use scalenas_train::{Adam, Precision};
use serde_json::{Value, json};

use self::against::Against;
use crate::context::device::{self, DeviceChoice, on_device};
use crate::error::user;
use crate::render::{Output, table};
pub use arguments::Arguments;
use arguments::Mode;

/// Steps before the clock starts: caches, tuning, page faults.
const WARM_UP: usize = 2;
/// Number of COCO joints.
const JOINTS: usize = 17;

/// Measures every mode and batch size.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    device::require(arguments.device.choice)?;
    let (space, architecture) = resolve(arguments)?;
    let cases = cases(arguments, &space, &architecture);
    // Read before the measurements, which take long.
    let against = arguments.against.as_deref().map(Against::read).transpose()?;
    let others = others(&cases, against.as_ref(), output)?;
    let machine = (arguments.device.choice == DeviceChoice::Cpu).then(Peak::measure);
    let mut rows = Vec::new();
    for (case, other) in cases.iter().zip(others) {
        let mut line = on_device!(arguments.device.choice, measure(case))?;
        if let (Some(machine), Some(gflops)) = (machine, line["gflops"].as_f64()) {
            line["machine_gflops"] = json!(machine.gflops);
            line["machine_gigabytes_per_second"] = json!(machine.gigabytes);
            line["share_of_peak"] = json!(gflops / machine.gflops);
        }
        if let Some(other) = other {
            line["ratio"] = json!(other / line["seconds"].as_f64().unwrap_or(f64::NAN));
        }
        output.say(line.to_string());
        rows.push(line);
    }
    let last = rows.last().cloned().unwrap_or_default();
    output.result(&last, result_table(&rows))
}

/// Seconds of the other program per case; some may be missing, but not all.
fn others(
    cases: &[Case<'_>],
    against: Option<&Against>,
    output: Output,
) -> Result<Vec<Option<f64>>> {
    let Some(lines) = against else { return Ok(vec![None; cases.len()]) };
    let seconds: Vec<_> = cases.iter().map(|case| lines.seconds(&case.facts())).collect();
    let mut lacking = cases.iter().zip(&seconds).filter(|(_, seconds)| seconds.is_none());
    let say = |(case, _): (&Case<'_>, _)| lines.lacks(&case.facts());
    if seconds.iter().all(Option::is_none) {
        return Err(user(lacking.next().map(say).unwrap_or_default()));
    }
    lacking.map(say).for_each(|line| output.say(line));
    Ok(seconds)
}

fn cases<'a>(
    arguments: &'a Arguments,
    space: &'a SpaceSpec,
    architecture: &'a Architecture,
) -> Vec<Case<'a>> {
    let of_mode = |&mode: &Mode| {
        let case = move |&batch: &usize| Case { arguments, space, architecture, mode, batch };
        arguments.batch.iter().map(case)
    };
    arguments.mode.iter().flat_map(of_mode).collect()
}

struct Case<'a> {
    arguments: &'a Arguments,
    space: &'a SpaceSpec,
    architecture: &'a Architecture,
    mode: Mode,
    batch: usize,
}

impl Case<'_> {
    fn mode_name(&self) -> &'static str {
        match self.mode {
            Mode::Infer => "infer",
            Mode::Train => "train",
        }
    }

    fn precision(&self) -> Precision {
        self.arguments.precision.precision()
    }

    fn precision_name(&self) -> &'static str {
        self.arguments.precision.name()
    }

    /// Keys and values that identify the measurement.
    fn facts(&self) -> Value {
        let (height, width) = self.arguments.input;
        json!({
            "framework": concat!("scalenas ", env!("CARGO_PKG_VERSION")),
            "arch": self.arguments.arch,
            "width": self.arguments.width,
            "input": [height, width],
            "batch": self.batch,
            "mode": self.mode_name(),
            "device": self.arguments.device.choice.to_string(),
            "dtype": self.precision_name(),
        })
    }
}

fn resolve(arguments: &Arguments) -> Result<(SpaceSpec, Architecture)> {
    let space = SpaceSpec::top_down(arguments.width, JOINTS);
    let path = Path::new(&arguments.arch);
    let architecture = match Architecture::named(&arguments.arch, &space) {
        Some(architecture) => architecture,
        None => MaskFile::read(path)?.architecture(),
    };
    architecture.validate(&space)?;
    cost::CostModel::new(&space, arguments.input)?;
    Ok((space, architecture))
}

fn measure<B: KernelBackend>(case: &Case<'_>, device: &B::Device) -> Result<Value> {
    if !case.precision().fits::<B>(device) {
        let (format, device) = (case.precision_name(), case.arguments.device.choice);
        return Err(user(format!("--precision {format}: {device} has none; accepted: f32")));
    }
    memory::reset::<B>(device);
    let seconds = match case.mode {
        Mode::Infer => infer::<B>(case, device)?,
        Mode::Train => train::<Autodiff<B>>(case, device)?,
    };
    let macs = cost::cost(case.space, case.architecture, case.arguments.input)?.live_macs;
    // The backward pass has two products of the same size per product of the forward pass.
    let passes = if case.mode == Mode::Train { 3.0 } else { 1.0 };
    let mut line = case.facts();
    line["seconds"] = json!(seconds);
    line["images_per_second"] = json!(case.batch as f64 / seconds);
    line["gflops"] = json!(2.0 * passes * macs as f64 * case.batch as f64 / seconds / 1e9);
    line["peak_gib"] = json!(memory::peak_gib::<B>(case.arguments.device.choice, device));
    Ok(line)
}

fn pictures<B: Backend>(case: &Case<'_>, device: &B::Device) -> Tensor<B, 4> {
    let (height, width) = case.arguments.input;
    let shape = [case.batch, 3, height, width];
    case.precision().convert(Tensor::random(shape, Distribution::Normal(0.0, 1.0), device))
}

fn infer<B: KernelBackend>(case: &Case<'_>, device: &B::Device) -> Result<f64> {
    let supernet = Supernet::<B>::new(case.space, 0, device);
    let statistics = supernet.initial_statistics(device);
    let subnet = supernet.with_running_statistics(supernet.plan(case.architecture), &statistics);
    let network = supernet.extract(case.architecture, &subnet).fold();
    let network = network.with_weights(case.precision().dtype());
    drop(supernet);
    let images = pictures::<B>(case, device);
    median::<B>(case.arguments.reps, device, || {
        let _ = network.forward(images.clone());
    })
}

fn train<B>(case: &Case<'_>, device: &B::Device) -> Result<f64>
where
    B: burn::tensor::backend::AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
{
    let supernet = Supernet::<B>::new(case.space, 0, device);
    let plan = supernet.plan(case.architecture);
    // Handed over, so that only the optimiser holds the weights.
    let mut supernet = Some(supernet);
    let mut optimizer = OptimizerAdaptor::from(Adam::default());
    let images = pictures::<B>(case, device);
    let (height, width) = case.arguments.input;
    let shape = [case.batch, JOINTS, height / 4, width / 4];
    let target = Tensor::random(shape, Distribution::Normal(0.0, 1.0), device);
    median::<B>(case.arguments.reps, device, || {
        let mut statistics = BatchStatistics::new();
        let trained = supernet.take().expect("every step puts it back");
        let heatmaps = trained.observe(images.clone(), &plan, &mut statistics).coarse;
        let loss = (heatmaps - target.clone()).powi_scalar(2).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &trained);
        supernet = Some(optimizer.step(1e-3, trained, gradients));
    })
}

/// Median seconds of `reps` runs after warming up.
fn median<B: Backend>(reps: usize, device: &B::Device, mut step: impl FnMut()) -> Result<f64> {
    let wait = || B::sync(device).map_err(|e| user(format!("the device failed: {e:?}")));
    for _ in 0..WARM_UP {
        step();
    }
    wait()?;
    // Memory of tuning is no part of the peak.
    B::memory_cleanup(device);
    step();
    wait()?;
    let mut seconds = Vec::new();
    for _ in 0..reps.max(1) {
        let clock = Instant::now();
        step();
        wait()?;
        seconds.push(clock.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[seconds.len() / 2])
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
