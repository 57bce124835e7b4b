//! Batch of an iteration: pictures, targets, and the subnet that they train.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_model::Prediction;
use scalenas_space::plan::{Plan, Reach};
use scalenas_space::{Architecture, Head, SpaceSpec};

use crate::task::registry::Target;

/// Iteration within a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Epoch from 0.
    pub epoch: u64,
    /// Iteration of the whole run, from 0.
    pub iteration: u64,
}

/// Batch of one task on the device.
#[derive(Debug, Clone)]
pub struct Sample<B: Backend> {
    /// Head that learns from it.
    pub head: Head,
    /// Normalised pictures `[batch, 3, height, width]`.
    pub images: Tensor<B, 4>,
    /// Targets of the pictures.
    pub target: Target<B>,
}

/// Batch of one iteration.
#[derive(Debug, Clone)]
pub struct TrainBatch<B: Backend> {
    /// Pictures and targets of one task.
    pub sample: Sample<B>,
    /// Subnet to train.
    pub architecture: Arc<Architecture>,
    /// Layers of the subnet that influence the head.
    pub plan: Arc<Plan>,
    /// Prediction of the teacher, if there is one.
    pub teacher: Option<Prediction<B>>,
    /// Iteration within the run.
    pub position: Position,
}

impl<B: Backend> TrainBatch<B> {
    /// Adds the subnet to a batch on the device.
    pub fn new(
        sample: Sample<B>,
        spec: &SpaceSpec,
        architecture: Architecture,
        position: Position,
    ) -> Self {
        let plan = Plan::new(&spec.with_heads(&[sample.head]), &architecture, Reach::Live);
        Self {
            sample,
            architecture: Arc::new(architecture),
            plan: Arc::new(plan),
            teacher: None,
            position,
        }
    }
}
