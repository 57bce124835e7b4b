//! Calibration: the statistics of one subnet as exact averages over training batches.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_space::plan::Plan;

use super::calibrated::Calibrated;
use super::supernet::Supernet;
use crate::statistics::{Average, BatchStatistics};

/// Averages of what the layers of one subnet see, weighted by batch size. The supernet is not changed.
#[derive(Debug, Clone)]
pub struct Calibration<'a, B: Backend> {
    supernet: &'a Supernet<B>,
    plan: Plan,
    average: Average<B>,
}

impl<'a, B: KernelBackend> Calibration<'a, B> {
    /// Starts without a batch.
    pub fn new(supernet: &'a Supernet<B>, plan: Plan) -> Self {
        Self { supernet, plan, average: Average::default() }
    }

    /// Runs the subnet on a batch of normalised pictures `[batch, 3, height, width]`.
    pub fn add(&mut self, images: Tensor<B, 4>) {
        let mut batch = BatchStatistics::new();
        let _ = self.supernet.observe(images, &self.plan, &mut batch);
        self.average.add(&batch);
    }

    /// The subnet with its statistics, which are empty if no batch was added.
    pub fn finish(self) -> Calibrated<B> {
        Calibrated::new(self.plan, self.average.finish())
    }
}
