//! A subnet of a supernet with the statistics that belong to it.

use burn::tensor::backend::Backend;
use scalenas_space::plan::Plan;

use crate::statistics::Statistics;

/// Layers to run and their normalisation statistics: what an evaluation of a subnet needs besides the
/// shared weights. One cannot be exchanged without the other, so that no subnet is evaluated with
/// another's statistics.
#[derive(Debug, Clone)]
pub struct Calibrated<B: Backend> {
    plan: Plan,
    statistics: Statistics<B>,
}

impl<B: Backend> Calibrated<B> {
    /// A plan with the statistics of its layers.
    pub(super) fn new(plan: Plan, statistics: Statistics<B>) -> Self {
        Self { plan, statistics }
    }

    /// The layers that run.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The statistics of those layers.
    pub fn statistics(&self) -> &Statistics<B> {
        &self.statistics
    }
}
