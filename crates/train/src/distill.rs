//! Distillation: a frozen, trained largest network whose predictions guide the subnets.

use std::path::Path;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_model::{Norms, Statistics, Supernet, load_supernet};
use scalenas_space::plan::Plan;
use scalenas_space::{Architecture, SpaceSpec};

use crate::error::{Error, Result};

/// The teacher.
#[derive(Debug)]
pub struct Teacher<B: Backend> {
    supernet: Supernet<B>,
    statistics: Statistics<B>,
    plan: Plan,
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
        let plan = supernet.plan(&Architecture::largest(spec));
        Ok(Self { supernet, statistics, plan })
    }

    /// Its prediction from normalised pictures.
    pub fn predict(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        self.supernet.forward(images, &self.plan, &mut Norms::Frozen(&self.statistics))
    }
}
