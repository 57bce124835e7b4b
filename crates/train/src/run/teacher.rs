//! Distillation: a frozen, trained largest network whose predictions guide the subnets.

use std::path::Path;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_model::{Norms, Prediction, Statistics, Supernet, load_supernet};
use scalenas_space::plan::Plan;
use scalenas_space::{Architecture, Head, SpaceSpec};

use crate::error::{Error, Result};

/// The teacher.
#[derive(Debug)]
pub struct Teacher<B: Backend> {
    supernet: Supernet<B>,
    statistics: Statistics<B>,
    /// One a head.
    plans: Vec<Plan>,
}

impl<B: KernelBackend> Teacher<B> {
    /// Reads the weights of a network that was trained at its largest.
    pub fn load(path: &Path, spec: &SpaceSpec, device: &B::Device) -> Result<Self> {
        let (supernet, statistics) = load_supernet(path, device)?;
        if supernet.spec() != spec {
            return Err(Error::Changed {
                path: path.to_owned(),
                key: "space".to_owned(),
                found: supernet.spec().name.clone(),
                given: spec.name.clone(),
            });
        }
        let largest = Architecture::largest(spec);
        let heads = spec.heads.chunks(1);
        let plans = heads.map(|head| supernet.plan_for(head, &largest)).collect();
        Ok(Self { supernet, statistics, plans })
    }

    /// Predictions from normalised pictures by one of its heads.
    pub fn predict(&self, images: Tensor<B, 4>, heads: &[Head]) -> Prediction<B> {
        let plan = self.plans.iter().find(|plan| plan.heads == heads).unwrap_or(&self.plans[0]);
        self.supernet.predict(images, plan, &mut Norms::Frozen(&self.statistics))
    }
}
