//! Watch over the losses of a run: each is looked at one iteration later, so that a device has work to do
//! while the host waits for its value.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_model::BatchStatistics;
use scalenas_space::{Architecture, SpaceSpec};

use super::meter::ScalarF64;
use crate::error::{Error, Result};

/// Name of what comes behind the last normalised layer.
const HEAD: &str = "the head or the loss";

/// An iteration whose loss was not looked at yet.
#[derive(Debug)]
pub(crate) struct Observed<B: Backend> {
    /// Iteration of the run, from 0.
    pub iteration: u64,
    /// Subnets that it trained.
    pub subnets: Vec<Arc<Architecture>>,
    /// Loss `[1]`.
    pub loss: Tensor<B, 1>,
    /// Statistics of each subnet's layers.
    pub statistics: Vec<BatchStatistics<B>>,
}

impl<B: Backend> Observed<B> {
    /// Value of the loss.
    ///
    /// # Errors
    /// If it is infinite or not a number: names iteration, subnets and the first layer where it became so.
    pub fn examine(self, spec: &SpaceSpec) -> Result<f64> {
        let loss = self.loss.into_scalar_f64();
        if loss.is_finite() {
            return Ok(loss);
        }
        let layer = self.statistics.iter().find_map(BatchStatistics::first_not_finite);
        Err(Error::Diverged {
            iteration: self.iteration,
            architecture: ids(&self.subnets, spec),
            layer: layer.unwrap_or(HEAD).to_owned(),
            loss,
        })
    }
}

/// Ids of the subnets of an iteration.
pub(crate) fn ids(subnets: &[Arc<Architecture>], spec: &SpaceSpec) -> String {
    subnets.iter().map(|subnet| subnet.id(spec)).collect::<Vec<_>>().join(" ")
}
