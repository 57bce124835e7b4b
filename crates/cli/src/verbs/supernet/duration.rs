//! Expected duration of a training run, from a few measured steps.
//!
//! A subnet of an iteration lies between the smallest and the largest network, so that the mean of both stands for
//! it. Reading pictures, validation, distillation and a second task are not in it.

use anyhow::Result;
use burn::backend::Autodiff;
use scalenas_kernels::KernelBackend;
use scalenas_space::Architecture;

use super::job::Job;
use super::memory;
use crate::context::device::{DeviceChoice, on_device};
use crate::networks::step::{Repetitions, Step};

/// Steps that are measured for each network.
const REPETITIONS: Repetitions = Repetitions { warm_up: 1, counted: 2 };
/// Memory that measured steps may take, in bytes: larger batches are measured in part.
const MEMORY: u64 = 2 << 30;

/// Seconds of an iteration on a device, measured.
pub fn seconds_per_iteration(job: &Job, device: DeviceChoice) -> Result<f64> {
    on_device!(device, measure(job))
}

fn measure<B: KernelBackend>(job: &Job, device: &B::Device) -> Result<f64> {
    let (space, train) = (&job.info.space, &job.info.train);
    let networks = match train.sampling.only(space) {
        Some((_, only)) => vec![only],
        None => vec![Architecture::smallest(space), Architecture::largest(space)],
    };
    let leading = job.info.leading();
    let per_sample = memory::of_step(&job.info)?.activations / leading.batch as u64;
    let fitting = (MEMORY / per_sample.max(1)).max(1) as usize;
    let batch = leading.batch.min(fitting);
    let (input, precision) = (leading.input, train.precision);
    let mut seconds = 0.0;
    for architecture in &networks {
        let step = Step { space, architecture, input, batch, precision };
        seconds += step.seconds::<Autodiff<B>>(REPETITIONS, device)?;
    }
    let share = leading.batch as f64 / batch as f64;
    let subnets = train.sampling.subnets(space, train.seed, 0).len();
    Ok(seconds / networks.len() as f64 * subnets as f64 * share)
}
