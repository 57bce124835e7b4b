//! Seconds of training steps: forward, loss, backward and Adam on random pictures.

use std::time::Instant;

use anyhow::Result;
use burn::optim::{GradientsParams, Optimizer};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Distribution, Tensor};
use scalenas_base::Size;
use scalenas_kernels::{KernelBackend, repeated};
use scalenas_model::{BatchStatistics, Supernet};
use scalenas_space::{Architecture, SpaceSpec};
use scalenas_train::{Adam, AdamOptimizer, Precision};

use crate::error::user;

/// A training step to measure, of the first head of a space.
pub struct Step<'a> {
    /// Search space.
    pub space: &'a SpaceSpec,
    /// Trained architecture.
    pub architecture: &'a Architecture,
    /// Height and width of the input.
    pub input: Size,
    /// Pictures per batch.
    pub batch: usize,
    /// Number format of features.
    pub precision: Precision,
}

/// Repetitions of a measurement.
#[derive(Clone, Copy)]
pub struct Repetitions {
    /// Steps before the clock starts: caches, tuning, page faults.
    pub warm_up: usize,
    /// Steps of which the median counts.
    pub counted: usize,
}

impl Step<'_> {
    /// Random normalised pictures `[batch, 3, height, width]`.
    pub fn pictures<B: Backend>(&self, device: &B::Device) -> Tensor<B, 4> {
        let shape = [self.batch, 3, self.input.height, self.input.width];
        self.precision.convert(Tensor::random(shape, Distribution::Normal(0.0, 1.0), device))
    }

    /// Median seconds of a training step.
    pub fn seconds<B>(&self, repetitions: Repetitions, device: &B::Device) -> Result<f64>
    where
        B: AutodiffBackend + KernelBackend,
        B::InnerBackend: KernelBackend,
    {
        let supernet = Supernet::<B>::new(self.space, 0, device);
        let plan = supernet.plan_for(&self.space.heads[..1], self.architecture);
        // Handed over, so that only the optimiser holds the weights.
        let mut supernet = Some(supernet);
        let mut optimizer = AdamOptimizer::from(Adam::default());
        let images = self.pictures::<B>(device);
        median::<B>(repetitions, device, || {
            let mut statistics = BatchStatistics::new();
            let trained = supernet.take().expect("every step puts it back");
            let maps = trained.observe(images.clone(), &plan, &mut statistics).coarse;
            // The shape of a prediction is that of its task; the loss is one that all of them have.
            let loss = (maps - 1.0).powi_scalar(2).mean();
            let gradients = GradientsParams::from_grads(loss.backward(), &trained);
            supernet = Some(optimizer.step(1e-3, trained, gradients));
        })
    }
}

/// Median seconds of a step, after warming up.
pub fn median<B: Backend>(
    repetitions: Repetitions,
    device: &B::Device,
    mut step: impl FnMut() + Send,
) -> Result<f64> {
    let wait = || B::sync(device).map_err(|e| user(format!("the device failed: {e:?}")));
    for _ in 0..repetitions.warm_up {
        step();
    }
    wait()?;
    // Memory of tuning is no part of the peak.
    B::memory_cleanup(device);
    let mut step = || repeated::<B, _, _>(device, &mut step, |step| step());
    step();
    wait()?;
    let mut seconds = Vec::new();
    for _ in 0..repetitions.counted.max(1) {
        let clock = Instant::now();
        step();
        wait()?;
        seconds.push(clock.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[seconds.len() / 2])
}
