//! Seconds and memory of inference and training steps.

use anyhow::Result;
use burn::backend::Autodiff;
use scalenas_kernels::KernelBackend;
use scalenas_model::Supernet;
use scalenas_space::cost;
use serde_json::{Value, json};

use super::arguments::Mode;
use super::case::Case;
use super::memory;
use crate::networks::step::median;

/// Measures a case: seconds, throughput and peak memory.
pub fn measure<B: KernelBackend>(case: &Case<'_>, device: &B::Device) -> Result<Value> {
    memory::reset::<B>(device);
    let seconds = match case.mode {
        Mode::Infer => infer::<B>(case, device)?,
        Mode::Train => case.step().seconds::<Autodiff<B>>(case.repetitions(), device)?,
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

fn infer<B: KernelBackend>(case: &Case<'_>, device: &B::Device) -> Result<f64> {
    let supernet = Supernet::<B>::new(case.space, 0, device);
    let statistics = supernet.initial_statistics(device);
    let subnet = supernet.with_running_statistics(supernet.plan(case.architecture), &statistics);
    let network = supernet.extract(case.architecture, &subnet).fold();
    let network = network.with_format(case.precision.dtype());
    drop(supernet);
    let images = case.step().pictures::<B>(device);
    median::<B>(case.repetitions(), device, || {
        let _ = network.forward(images.clone());
    })
}
