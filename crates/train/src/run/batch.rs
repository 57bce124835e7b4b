//! Batch of an iteration: pictures, targets, the subnets that learn from them, and their teacher.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_model::{BatchShare, Prediction};
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

/// Subnet that learns from a batch.
#[derive(Debug, Clone)]
pub struct Pupil {
    /// The subnet.
    pub architecture: Arc<Architecture>,
    /// Layers of the subnet that influence the head.
    pub plan: Arc<Plan>,
}

/// Predictions that subnets learn besides the targets.
#[derive(Debug, Clone)]
pub struct Guidance<B: Backend> {
    /// Weight of the distance to them in the loss.
    pub weight: f64,
    /// Prediction of a frozen teacher, if there is one.
    pub teacher: Option<Prediction<B>>,
    /// Whether the first subnet teaches the others.
    pub is_in_place: bool,
}

/// Share of a batch that this process has.
#[derive(Debug, Clone)]
pub struct Share {
    /// Its pictures among those of the whole batch, from 0 to 1: the weight of its loss.
    pub weight: f64,
    /// Pictures of the whole batch.
    pub whole: usize,
    /// The other processes, where normalisation is over the whole batch.
    pub norms: Option<BatchShare>,
}

/// Batch of one iteration.
#[derive(Debug, Clone)]
pub struct TrainBatch<B: Backend> {
    /// Pictures and targets of one task.
    pub sample: Sample<B>,
    /// Subnets to train, one after the other; their gradients are summed.
    pub pupils: Vec<Pupil>,
    /// Predictions to learn.
    pub guidance: Guidance<B>,
    /// Iteration within the run.
    pub position: Position,
    /// Share of the batch that the pictures are.
    pub share: Share,
}

impl<B: KernelBackend> TrainBatch<B> {
    /// Adds the subnets to a batch on the device.
    pub fn new(
        sample: Sample<B>,
        spec: &SpaceSpec,
        architectures: Vec<Architecture>,
        position: Position,
    ) -> Self {
        let spec = spec.with_heads(&[sample.head]);
        let pupil = |architecture: Architecture| Pupil {
            plan: Arc::new(Plan::new(&spec, &architecture, Reach::Live)),
            architecture: Arc::new(architecture),
        };
        let pupils = architectures.into_iter().map(pupil).collect();
        let guidance = Guidance { weight: 0.0, teacher: None, is_in_place: false };
        let whole = sample.images.dims()[0];
        let share = Share { weight: 1.0, whole, norms: None };
        Self { sample, pupils, guidance, position, share }
    }
}
