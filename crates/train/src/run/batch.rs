//! A batch of training: pictures, targets, and the subnet that they train.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_model::Prediction;
use scalenas_space::plan::{Plan, Reach};
use scalenas_space::{Architecture, SpaceSpec};

use crate::task::target::Target;

/// Where in a run an iteration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Epoch from 0.
    pub epoch: u64,
    /// Iteration of the whole run, from 0.
    pub iteration: u64,
}

/// What one iteration trains on.
#[derive(Debug, Clone)]
pub struct TrainBatch<B: Backend> {
    /// Normalised pictures `[batch, 3, height, width]`.
    pub images: Tensor<B, 4>,
    /// What to predict from them.
    pub target: Target<B>,
    /// The subnet.
    pub architecture: Arc<Architecture>,
    /// Its live layers.
    pub plan: Arc<Plan>,
    /// Prediction of the teacher, if there is one.
    pub teacher: Option<Prediction<B>>,
    /// Where in the run.
    pub position: Position,
}

impl<B: Backend> TrainBatch<B> {
    /// Adds the subnet to a batch on the device.
    pub fn new(
        (images, target): (Tensor<B, 4>, Target<B>),
        spec: &SpaceSpec,
        architecture: Architecture,
        position: Position,
    ) -> Self {
        let part = spec.with_heads(&target.heads(spec));
        let plan = Plan::new(&part, &architecture, Reach::Live);
        Self {
            images,
            target,
            architecture: Arc::new(architecture),
            plan: Arc::new(plan),
            teacher: None,
            position,
        }
    }
}
