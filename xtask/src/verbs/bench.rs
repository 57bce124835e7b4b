//! `bench`: seconds of inference and of training steps, medians on an idle machine.

use std::fs;
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
use scalenas_model::{BatchStatistics, Norms, Supernet};
use scalenas_space::{Architecture, MaskFile, SpaceSpec, cost};
use scalenas_train::{Adam, Precision};
use serde_json::{Value, json};

use crate::cli::{Bench as Arguments, Mode};
use crate::device::{self, DeviceChoice};
use crate::fault::user;
use crate::networks;
use crate::on_device;
use crate::output::{Output, table};

/// Runs before the clock starts: caches, tuning, page faults.
const WARM_UP: usize = 2;
/// Joints of COCO.
const JOINTS: usize = 17;

/// Measures every mode and batch size.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    device::require(arguments.device)?;
    let against = arguments.against.as_deref().map(read_lines).transpose()?;
    let (space, architecture) = resolve(arguments)?;
    let machine = (arguments.device == DeviceChoice::Cpu).then(Peak::measure);
    let mut rows = Vec::new();
    for &mode in &arguments.mode {
        for &batch in &arguments.batch {
            let case = Case { arguments, space: &space, architecture: &architecture, mode, batch };
            let mut line = on_device!(arguments.device, measure(&case))?;
            if let (Some(machine), Some(gflops)) = (machine, line["gflops"].as_f64()) {
                line["machine_gflops"] = json!(machine.gflops);
                line["machine_gigabytes_per_second"] = json!(machine.gigabytes);
                line["share_of_peak"] = json!(gflops / machine.gflops);
            }
            if let Some(other) = against.as_ref().and_then(|lines| case.find(lines)) {
                line["ratio"] = json!(other / line["seconds"].as_f64().unwrap_or(f64::NAN));
            }
            output.say(line.to_string());
            rows.push(line);
        }
    }
    let last = rows.last().cloned().unwrap_or_default();
    output.result(&last, result_table(&rows))
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

    /// The smallest seconds of the same case in another program's lines: its best layout.
    fn find(&self, lines: &[Value]) -> Option<f64> {
        let same = lines
            .iter()
            .filter(|line| line["mode"] == self.mode_name() && line["batch"] == json!(self.batch));
        same.filter_map(|line| line["seconds"].as_f64()).reduce(f64::min)
    }
}

fn resolve(arguments: &Arguments) -> Result<(SpaceSpec, Architecture)> {
    let space = SpaceSpec::pose(arguments.width, JOINTS);
    let path = Path::new(&arguments.arch);
    let architecture = match networks::named(&arguments.arch, &space) {
        Some(architecture) => architecture,
        None => MaskFile::read(path)?.architecture(),
    };
    architecture.validate(&space)?;
    cost::CostModel::new(&space, arguments.input)?;
    Ok((space, architecture))
}

fn measure<B: KernelBackend>(case: &Case<'_>, device: &B::Device) -> Result<Value> {
    if !case.precision().fits::<B>(device) {
        let (format, device) = (case.precision_name(), case.arguments.device);
        return Err(user(format!("--precision {format}: {device} has none; accepted: f32")));
    }
    scalenas_kernels::cpu::release_memory();
    reset_peak();
    let seconds = match case.mode {
        Mode::Infer => infer::<B>(case, device)?,
        Mode::Train => train::<Autodiff<B>>(case, device)?,
    };
    let (height, width) = case.arguments.input;
    let macs = cost::cost(case.space, case.architecture, case.arguments.input)?.live_macs;
    // Backward is two products of the same size for every forward one.
    let passes = if case.mode == Mode::Train { 3.0 } else { 1.0 };
    let gflops = 2.0 * passes * macs as f64 * case.batch as f64 / seconds / 1e9;
    Ok(json!({
        "framework": concat!("scalenas ", env!("CARGO_PKG_VERSION")),
        "arch": case.arguments.arch,
        "width": case.arguments.width,
        "input": [height, width],
        "batch": case.batch,
        "mode": case.mode_name(),
        "device": case.arguments.device.to_string(),
        "dtype": case.precision_name(),
        "seconds": seconds,
        "images_per_second": case.batch as f64 / seconds,
        "gflops": gflops,
        "peak_gib": peak_gib(),
    }))
}

fn pictures<B: Backend>(case: &Case<'_>, device: &B::Device) -> Tensor<B, 4> {
    let (height, width) = case.arguments.input;
    let shape = [case.batch, 3, height, width];
    case.precision().of(Tensor::random(shape, Distribution::Normal(0.0, 1.0), device))
}

fn infer<B: KernelBackend>(case: &Case<'_>, device: &B::Device) -> Result<f64> {
    let supernet = Supernet::<B>::new(case.space, 0, device);
    let statistics = supernet.initial_statistics(device);
    let network = supernet.extract(case.architecture, &statistics).fold();
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
    let mut supernet = Supernet::<B>::new(case.space, 0, device);
    let plan = supernet.plan(case.architecture);
    let mut optimizer = OptimizerAdaptor::from(Adam::default());
    let images = pictures::<B>(case, device);
    let (height, width) = case.arguments.input;
    let shape = [case.batch, JOINTS, height / 4, width / 4];
    let target = Tensor::random(shape, Distribution::Normal(0.0, 1.0), device);
    median::<B>(case.arguments.reps, device, || {
        let mut statistics = BatchStatistics::new();
        let mut norms = Norms::Batch(&mut statistics);
        let heatmaps = supernet.forward(images.clone(), &plan, &mut norms);
        let loss = (heatmaps - target.clone()).powi_scalar(2).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &supernet);
        supernet = optimizer.step(1e-3, supernet.clone(), gradients);
    })
}

/// Median seconds of `reps` runs after warming up.
fn median<B: Backend>(reps: usize, device: &B::Device, mut step: impl FnMut()) -> Result<f64> {
    let wait = || B::sync(device).map_err(|e| user(format!("the device failed: {e:?}")));
    for _ in 0..WARM_UP {
        step();
    }
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

/// Starts the kernel's count of peak memory anew, where it can be.
fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Peak resident memory of this process, where the system tells.
fn peak_gib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / f64::from(1 << 20))
}

fn read_lines(path: &Path) -> Result<Vec<Value>> {
    let text = fs::read_to_string(path)
        .map_err(|e| user(format!("failed to read {}: {e}", path.display())))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty()).enumerate();
    lines
        .map(|(number, line)| {
            serde_json::from_str(line)
                .map_err(|e| user(format!("{} line {}: {e}", path.display(), number + 1)))
        })
        .collect()
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
