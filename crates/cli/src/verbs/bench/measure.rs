//! Seconds and memory of inference and training steps.

use std::time::Instant;

use anyhow::Result;
use burn::backend::Autodiff;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Distribution, Tensor};
use scalenas_base::Size;
use scalenas_kernels::{KernelBackend, repeated};
use scalenas_model::{BatchStatistics, Supernet};
use scalenas_space::cost;
use scalenas_train::{Adam, AdamOptimizer};
use serde_json::{Value, json};

use super::arguments::Mode;
use super::case::Case;
use super::memory;
use crate::error::user;

/// Steps before the clock starts: caches, tuning, page faults.
const WARM_UP: usize = 2;

/// Measures a case: seconds, throughput and peak memory.
pub fn measure<B: KernelBackend>(case: &Case<'_>, device: &B::Device) -> Result<Value> {
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
    let Size { height, width } = case.arguments.input;
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
    let mut optimizer = AdamOptimizer::from(Adam::default());
    let images = pictures::<B>(case, device);
    let Size { height, width } = case.arguments.input;
    let outputs = case.space.outputs();
    let shape = [case.batch, outputs, height / 4, width / 4];
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
fn median<B: Backend>(
    reps: usize,
    device: &B::Device,
    mut step: impl FnMut() + Send,
) -> Result<f64> {
    let wait = || B::sync(device).map_err(|e| user(format!("the device failed: {e:?}")));
    for _ in 0..WARM_UP {
        step();
    }
    wait()?;
    // Memory of tuning is no part of the peak.
    B::memory_cleanup(device);
    let mut step = || repeated::<B, _, _>(device, &mut step, |step| step());
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
