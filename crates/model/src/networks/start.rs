//! Weights that training starts from: those of a supernet, or of one network of the space, with the
//! same head or another.

use std::path::Path;

use burn::tensor::TensorData;
use burn::tensor::backend::Backend;

use super::supernet::Supernet;
use crate::error::Result;
use crate::files::names::is_of_head;
use crate::files::parameters::{Absent, NamedParameters, NamedTensors};
use crate::files::store;
use crate::statistics::Statistics;

/// Tensors of a file, and what a supernet made of them.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// Weights that were taken over.
    pub taken: usize,
    /// Weights that keep their own values, since the file has them in another shape (other joints or
    /// classes) or not at all (another task, or layers that the one network of the file does not have).
    pub own: Vec<String>,
    /// Tensors of the file that have no place.
    pub unused: Vec<String>,
    tensors: NamedTensors,
}

impl<B: Backend> Supernet<B> {
    /// Whether a tensor of this name is one of a head.
    pub fn is_of_head(name: &str) -> bool {
        is_of_head(name)
    }

    /// Takes over the weights of a file. From a supernet all layers but those of the head must be
    /// there; a single network fills its own layers and leaves the others as they are.
    ///
    /// # Errors
    /// If the file cannot be read, another tensor is absent, or one has the wrong shape; then nothing
    /// changes.
    pub fn start_from(&mut self, path: &Path) -> Result<Start> {
        let contents = store::read(path)?;
        let is_single = contents.architecture.is_some();
        let (own_values, mut tensors) = (self.to_named(), contents.tensors);
        let mut start = Start { tensors: tensors.clone(), ..Start::default() };
        for (name, value) in &own_values {
            let keeps = match tensors.get(name) {
                Some(found) => found.shape != value.shape && is_of_head(name),
                None => is_single || is_of_head(name),
            };
            if keeps {
                tensors.insert(name.clone(), value.clone());
                start.own.push(name.clone());
            }
        }
        let origin = path.display().to_string();
        let applied = self.load_named(&tensors, Absent::Refuse, &origin)?;
        start.taken = applied.applied.len() - start.own.len();
        let statistics = self.norms();
        let is_statistic = |name: &str| {
            statistics.iter().any(|(norm, _)| name.strip_prefix(norm.as_str()).is_some())
        };
        let unknown = start.tensors.keys().filter(|name| !own_values.contains_key(*name));
        start.unused = unknown.filter(|name| !is_statistic(name)).cloned().collect();
        Ok(start)
    }

    /// Running statistics of the file that weights were taken from, and fresh ones where it has none.
    ///
    /// # Errors
    /// If statistics of a layer have the wrong shape.
    pub fn statistics_of_start(
        &self,
        start: &Start,
        origin: &str,
        device: &B::Device,
    ) -> Result<Statistics<B>> {
        let mut tensors = self.initial_statistics(device).to_named();
        let fits = |fresh: &TensorData, found: &TensorData| fresh.shape == found.shape;
        for (name, fresh) in &mut tensors {
            if let Some(found) = start.tensors.get(name).filter(|found| fits(fresh, found)) {
                *fresh = found.clone();
            }
        }
        self.load_statistics(&tensors, origin, device)
    }
}
