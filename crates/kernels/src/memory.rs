//! Memory of steps that repeat.

use burn::tensor::backend::Backend;

/// Runs a step that allocates tensors of the sizes that steps before and after it do.
///
/// GPU backends keep a place per tensor of such a step and find it by its size. Searching their
/// general pool, which holds thousands of tensors, takes the host longer than a device computes
/// (`docs/benchmarks.md`). Places of one size are tried in turn: tensors that stay, such as weights
/// and the optimiser's means, are better made before the first such step.
pub fn repeated<B: Backend, Input: Send, Output: Send>(
    device: &B::Device,
    input: Input,
    step: fn(Input) -> Output,
) -> Output {
    B::memory_persistent_allocations(device, input, step)
}
