//! Fitness of candidates: calibrated scores of subnets that share the weights of a supernet.

use std::collections::BTreeMap;

use burn::tensor::backend::Backend;
use scalenas_evolve::{Candidate, Fitness};
use scalenas_kernels::KernelBackend;
use scalenas_model::Supernet;

use super::validation::Validation;
use crate::error::{Error, Result};

/// Scores candidates by the figure of every task (AP, mIoU) on held-out data, each with statistics
/// of its own.
pub struct TaskFitness<B: Backend> {
    supernet: Supernet<B>,
    validation: Validation<B>,
    /// Parts of it that were asked for, by their number in the whole.
    parts: BTreeMap<usize, Validation<B>>,
    device: B::Device,
}

impl<B: KernelBackend> TaskFitness<B> {
    /// Scores subnets of a trained supernet.
    pub fn new(supernet: Supernet<B>, validation: Validation<B>, device: B::Device) -> Self {
        Self { supernet, validation, parts: BTreeMap::new(), device }
    }

    /// Figures of a candidate on every resampled set of held-out pictures, once per task.
    ///
    /// # Errors
    /// If held-out data cannot be read or scored.
    pub fn resampled(&self, candidate: &Candidate) -> Result<Vec<Vec<f64>>> {
        self.validation.resampled(&self.supernet, &candidate.architecture, &self.device)
    }
}

impl<B: KernelBackend> Fitness for TaskFitness<B> {
    type Error = Error;

    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>> {
        let values = |candidate: &Candidate| {
            self.validation.figures(&self.supernet, &candidate.architecture, &self.device)
        };
        candidates.iter().map(values).collect()
    }

    fn score_part(&mut self, candidates: &[Candidate], parts: usize) -> Result<Vec<Vec<f64>>> {
        let part = self.parts.entry(parts).or_insert_with(|| self.validation.part(parts));
        let values = |candidate: &Candidate| {
            part.figures(&self.supernet, &candidate.architecture, &self.device)
        };
        candidates.iter().map(values).collect()
    }
}
