//! Memory over a long run: training steps of architectures that change, then inference, then another
//! network. Prints what the process and the kernels' pool hold, and fails if either grows.
//!
//! `cargo bench --package scalenas-train --bench memory [-- STEPS]`

use std::process::ExitCode;

use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::{Distribution, Tensor};
use scalenas_kernels::cpu::{MemoryUse, release_memory};
use scalenas_model::{BatchStatistics, Supernet};
use scalenas_space::{SpaceSpec, sample};
use scalenas_train::{Adam, AdamOptimizer};

type Train = Autodiff<Flex>;

const STEPS: usize = 500;
/// Height and width of pictures; every step takes another one of these batch sizes.
const INPUT: [usize; 2] = [64, 64];
const BATCHES: [usize; 3] = [2, 4, 3];
/// Growth from the middle of a phase to its end that rounding of pages explains, in MiB.
const SLACK: f64 = 32.0;
const MIB: f64 = (1 << 20) as f64;

fn main() -> ExitCode {
    // Cargo adds a word of its own.
    let mut words = std::env::args().skip(1);
    let steps = words.find_map(|word| word.parse().ok()).unwrap_or(STEPS);
    let mut flat = true;
    for width in [8, 16] {
        flat &= train(width, steps);
        flat &= infer(width, steps);
    }
    release_memory();
    report("released", 0);
    if flat { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs `step` and tells whether memory stayed as it was from the middle on.
fn watch(phase: &str, steps: usize, mut step: impl FnMut(usize)) -> bool {
    let mut middle = f64::INFINITY;
    for index in 0..steps {
        step(index);
        if index == steps / 2 {
            middle = resident();
        }
        if index % (steps / 5).max(1) == 0 {
            report(phase, index);
        }
        let MemoryUse { used, idle, cap } = MemoryUse::now();
        assert!(used + idle <= cap, "{phase}, step {index}: {used} + {idle} bytes, cap {cap}");
    }
    report(phase, steps);
    let flat = resident() <= middle + SLACK;
    if !flat {
        eprintln!("{phase}: grew from {middle:.0} to {:.0} MiB", resident());
    }
    flat
}

fn train(width: usize, steps: usize) -> bool {
    let spec = SpaceSpec::top_down(width, 17);
    let device = FlexDevice;
    let mut supernet = Some(Supernet::<Train>::new(&spec, 0, &device));
    let mut optimizer = AdamOptimizer::from(Adam::default());
    watch(&format!("training, width {width}"), steps, |index| {
        let network = supernet.take().expect("every step puts it back");
        let architecture = sample::grouped(&spec, 1, index as u64);
        let plan = network.plan(&architecture);
        let batch = BATCHES[index % BATCHES.len()];
        let [height, width] = INPUT;
        let random = Distribution::Normal(0.0, 1.0);
        let images = Tensor::random([batch, 3, height, width], random, &device);
        let mut statistics = BatchStatistics::new();
        let heatmaps = network.observe(images, &plan, &mut statistics).coarse;
        let gradients = heatmaps.powi_scalar(2).mean().backward();
        let gradients = GradientsParams::from_grads(gradients, &network);
        supernet = Some(optimizer.step(1e-3, network, gradients));
    })
}

fn infer(width: usize, steps: usize) -> bool {
    let spec = SpaceSpec::top_down(width, 17);
    let device = FlexDevice;
    let supernet = Supernet::<Flex>::new(&spec, 0, &device);
    let statistics = supernet.initial_statistics(&device);
    watch(&format!("inference, width {width}"), steps / 5, |index| {
        let architecture = sample::grouped(&spec, 2, index as u64);
        let running = supernet.with_running_statistics(supernet.plan(&architecture), &statistics);
        let network = supernet.extract(&architecture, &running).fold();
        let [height, width] = INPUT;
        let images = Tensor::zeros([BATCHES[index % BATCHES.len()], 3, height, width], &device);
        let _ = network.forward(images);
    })
}

fn report(phase: &str, step: usize) {
    let MemoryUse { used, idle, cap } = MemoryUse::now();
    let [used, idle, cap] = [used, idle, cap].map(|bytes| bytes as f64 / MIB);
    println!(
        "{phase:>22} {step:>5}: process {:>6.0} MiB, pool {used:>6.1} used + {idle:>6.1} idle, \
         cap {cap:>6.1}",
        resident()
    );
}

/// Resident memory of the process in MiB, where the system tells.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}
