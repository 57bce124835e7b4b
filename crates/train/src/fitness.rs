//! Fitness of candidates: calibrated AP of subnets that share the supernet's weights.

use burn::tensor::backend::Backend;
use scalenas_evolve::{Candidate, Fitness};
use scalenas_kernels::KernelBackend;
use scalenas_model::Supernet;

use crate::error::{Error, Result};
use crate::validation::Validation;

/// COCO AP on the validation's people, with statistics of the candidate's own.
pub struct PoseFitness<B: Backend> {
    supernet: Supernet<B>,
    validation: Validation<B>,
    device: B::Device,
}

impl<B: KernelBackend> PoseFitness<B> {
    /// Scores subnets of a trained supernet.
    pub fn new(supernet: Supernet<B>, validation: Validation<B>, device: B::Device) -> Self {
        Self { supernet, validation, device }
    }
}

impl<B: KernelBackend> Fitness for PoseFitness<B> {
    type Error = Error;

    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<f64>> {
        let ap = |candidate: &Candidate| {
            let stats =
                self.validation.score(&self.supernet, &candidate.architecture, &self.device)?;
            // COCO's "no ground truth" is -1; a search over such data would be meaningless.
            Ok(stats.ap.max(0.0))
        };
        candidates.iter().map(ap).collect()
    }
}
