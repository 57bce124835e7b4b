//! A batch of training: crops, targets, and the subnet that they train.

use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use scalenas_data::PoseBatch;
use scalenas_space::plan::{Plan, Reach};
use scalenas_space::{Architecture, SpaceSpec};

use crate::pictures::normalised;

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
    /// Normalised crops `[batch, 3, height, width]`.
    pub images: Tensor<B, 4>,
    /// Target heatmaps `[batch, joints, height / 4, width / 4]`.
    pub heatmaps: Tensor<B, 4>,
    /// Weight of each joint `[batch, joints]`.
    pub weights: Tensor<B, 2>,
    /// The subnet.
    pub architecture: Arc<Architecture>,
    /// Its live layers.
    pub plan: Arc<Plan>,
    /// Heatmaps of the teacher, if there is one.
    pub teacher: Option<Tensor<B, 4>>,
    /// Where in the run.
    pub position: Position,
}

impl<B: Backend> TrainBatch<B> {
    /// Brings a batch to the device.
    pub fn new(
        batch: &PoseBatch,
        spec: &SpaceSpec,
        architecture: Architecture,
        position: Position,
        device: &B::Device,
    ) -> Self {
        let maps = [batch.batch, batch.joints, batch.heatmap_height, batch.heatmap_width];
        let heatmaps = TensorData::new(batch.heatmaps.clone(), maps);
        let weights = TensorData::new(batch.weights.clone(), [batch.batch, batch.joints]);
        let plan = Plan::new(spec, &architecture, Reach::Live);
        Self {
            images: normalised(batch, device),
            heatmaps: Tensor::from_data(heatmaps, device),
            weights: Tensor::from_data(weights, device),
            architecture: Arc::new(architecture),
            plan: Arc::new(plan),
            teacher: None,
            position,
        }
    }
}
