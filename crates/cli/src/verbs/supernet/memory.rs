//! Estimate of the memory of a training step of the largest network.
//!
//! Every layer's output is kept twice for the backward pass: as its convolution gave it, for the
//! normalisation's gradient, and as the next convolution took it. Weights, gradients and the
//! optimiser's state are copied once more while a checkpoint is written. The rest of a process is small
//! and constant. `docs/benchmarks.md` compares the estimate with measured runs.

use anyhow::Result;
use scalenas_space::{Architecture, Cost, cost};
use scalenas_train::{OptimizerOptions, RunInfo};

/// Copies of a layer's output that wait for the backward pass.
const COPIES: u64 = 2;
/// Bytes of a weight.
const FLOAT: u64 = 4;
/// Memory of a process besides features and weights, in bytes.
const PROCESS: u64 = 100 << 20;

/// Memory of a training step.
pub struct StepMemory {
    /// Peak, in bytes.
    pub peak: u64,
    /// Outputs of layers that wait for the backward pass, in bytes.
    pub activations: u64,
}

/// Memory of the largest network that a run trains with its batches; the largest of its tasks.
pub fn of_step(info: &RunInfo) -> Result<StepMemory> {
    let only = info.train.sampling.only(&info.space);
    let largest = only.map_or_else(|| Architecture::largest(&info.space), |(_, only)| only);
    let step = |input, batch: usize| -> Result<(Cost, u64)> {
        let cost = cost::cost(&info.space, &largest, input)?;
        let bytes = cost.activation_bytes * info.train.precision.bytes() / FLOAT;
        let activations = COPIES * bytes * batch as u64;
        Ok((cost, activations))
    };
    let leading = info.leading();
    let (cost, mut activations) = step(leading.input, leading.batch)?;
    for task in &info.tasks {
        activations = activations.max(step(task.source.input, task.source.batch)?.1);
    }
    let state = match info.train.optimizer {
        OptimizerOptions::Adam | OptimizerOptions::AdamW(_) => 2,
        OptimizerOptions::Sgd(_) => 1,
    };
    let weights = FLOAT * cost.parameters;
    let state = state + u64::from(info.train.average.is_some());
    // Weights, gradients and state, and the same again for the checkpoint.
    let copies = 2 * (2 + state) + u64::from(info.train.weights.teacher.is_some());
    Ok(StepMemory { peak: PROCESS + copies * weights + activations, activations })
}
