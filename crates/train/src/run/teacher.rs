//! Distillation: a frozen, trained network whose predictions guide the subnets.

use std::collections::HashMap;
use std::path::Path;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_model::{Calibrated, InferenceNet, Prediction, ScaleNet, Supernet, load_supernet};
use scalenas_space::{Architecture, Head, SpaceSpec};

use crate::error::{Error, Result};
use crate::score::network::{Network, SingleHead};

/// Frozen network that teaches: the largest of a supernet, or a single one.
#[derive(Debug)]
pub enum Teacher<B: Backend> {
    /// Largest network of a supernet.
    Largest {
        /// Shared weights.
        supernet: Box<Supernet<B>>,
        /// The largest network for every head.
        largest: HashMap<Head, Calibrated<B>>,
    },
    /// A network of its own.
    Single(HashMap<Head, SingleHead<InferenceNet<B>>>),
}

impl<B: KernelBackend> Teacher<B> {
    /// Reads the weights of a supernet or of a single network of the space.
    ///
    /// # Errors
    /// If the file cannot be read or holds weights of another space.
    pub fn load(path: &Path, spec: &SpaceSpec, device: &B::Device) -> Result<Self> {
        match ScaleNet::<B>::load(path, device) {
            Ok(single) => Self::single(path, spec, &single),
            Err(scalenas_model::Error::Supernet { .. }) => Self::largest(path, spec, device),
            Err(error) => Err(error.into()),
        }
    }

    fn single(path: &Path, spec: &SpaceSpec, net: &ScaleNet<B>) -> Result<Self> {
        check_space(path, net.spec(), spec)?;
        let folded = net.fold();
        let head = |&head: &Head| Some((head, SingleHead::new(folded.clone(), spec, head)?));
        Ok(Self::Single(spec.heads.iter().filter_map(head).collect()))
    }

    fn largest(path: &Path, spec: &SpaceSpec, device: &B::Device) -> Result<Self> {
        let (supernet, statistics) = load_supernet(path, device)?;
        check_space(path, supernet.spec(), spec)?;
        let largest = Architecture::largest(spec);
        let subnet = |&head: &Head| {
            let plan = supernet.plan_for(&[head], &largest);
            (head, supernet.with_running_statistics(plan, &statistics))
        };
        let largest = spec.heads.iter().map(subnet).collect();
        Ok(Self::Largest { supernet: Box::new(supernet), largest })
    }

    /// Predicts by one head from normalised pictures `[batch, 3, height, width]`.
    ///
    /// # Panics
    /// If its space has no such head.
    pub fn predict(&self, images: Tensor<B, 4>, head: Head) -> Prediction<B> {
        let known = "teacher and batches are of one space";
        match self {
            Self::Largest { supernet, largest } => {
                supernet.predict(images, largest.get(&head).expect(known))
            }
            Self::Single(heads) => heads.get(&head).expect(known).predict_all(images),
        }
    }
}

fn check_space(path: &Path, found: &SpaceSpec, given: &SpaceSpec) -> Result<()> {
    if found == given {
        return Ok(());
    }
    let (found, given) = (found.name.clone(), given.name.clone());
    Err(Error::Teacher { path: path.to_owned(), found, given })
}
