//! Automatic differentiation of the operations.

use burn_autodiff::Autodiff;
use burn_autodiff::checkpoint::strategy::CheckpointStrategy;

use crate::backend::KernelBackend;

impl<B: KernelBackend, C: CheckpointStrategy> KernelBackend for Autodiff<B, C> {}
