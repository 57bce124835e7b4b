//! Distillation: a frozen, trained largest network whose predictions guide the subnets.

use std::collections::HashMap;
use std::path::Path;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_model::{Calibrated, Prediction, Supernet, load_supernet};
use scalenas_space::{Architecture, Head, SpaceSpec};

use crate::error::{Error, Result};

/// Frozen largest network of a space.
#[derive(Debug)]
pub struct Teacher<B: Backend> {
    supernet: Supernet<B>,
    /// The largest network for every head.
    largest: HashMap<Head, Calibrated<B>>,
}

impl<B: KernelBackend> Teacher<B> {
    /// Reads the weights of a network that was trained at its largest.
    ///
    /// # Errors
    /// If the file cannot be read or holds weights of another space.
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
        let subnet = |&head: &Head| {
            let plan = supernet.plan_for(&[head], &largest);
            (head, supernet.with_running_statistics(plan, &statistics))
        };
        let largest = spec.heads.iter().map(subnet).collect();
        Ok(Self { supernet, largest })
    }

    /// Predicts by one head from normalised pictures `[batch, 3, height, width]`.
    ///
    /// # Panics
    /// If its space has no such head.
    pub fn predict(&self, images: Tensor<B, 4>, head: Head) -> Prediction<B> {
        let subnet = self.largest.get(&head).expect("teacher and batches are of one space");
        self.supernet.predict(images, subnet)
    }
}
