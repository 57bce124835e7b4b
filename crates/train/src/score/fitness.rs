//! Fitness of candidates: calibrated scores of subnets that share the weights of a supernet.

use std::collections::{BTreeMap, VecDeque};

use burn::tensor::backend::Backend;
use scalenas_evolve::{Candidate, Fitness};
use scalenas_kernels::KernelBackend;
use scalenas_model::{Calibrated, Supernet};
use scalenas_space::Architecture;

use super::validation::Validation;
use crate::error::{Error, Result};

/// Scores candidates by the figure of every task (AP, mIoU) on held-out data, each with statistics
/// of its own.
pub struct TaskFitness<B: Backend> {
    supernet: Supernet<B>,
    validation: Validation<B>,
    /// Parts of it that were asked for, by their number in the whole.
    parts: BTreeMap<usize, Validation<B>>,
    /// Subnets that were scored on a part last, for those that go on to a larger one.
    kept: VecDeque<(Architecture, Vec<Calibrated<B>>)>,
    device: B::Device,
}

/// Subnets whose statistics are kept from one part to the next: a few hundred kilobytes each.
const KEPT: usize = 256;

impl<B: KernelBackend> TaskFitness<B> {
    /// Scores subnets of a trained supernet.
    pub fn new(supernet: Supernet<B>, validation: Validation<B>, device: B::Device) -> Self {
        Self { supernet, validation, parts: BTreeMap::new(), kept: VecDeque::new(), device }
    }

    /// Figures of a candidate on every resampled set of held-out pictures, once per task.
    ///
    /// # Errors
    /// If held-out data cannot be read or scored.
    pub fn resampled(&self, candidate: &Candidate) -> Result<Vec<Vec<f64>>> {
        self.validation.resampled(&self.supernet, &candidate.architecture, &self.device)
    }

    /// A subnet with its statistics: those that were kept, which are left to the caller, or new ones.
    fn calibrated(&mut self, architecture: &Architecture) -> Vec<Calibrated<B>> {
        let known = self.kept.iter().position(|(other, _)| other == architecture);
        match known.and_then(|index| self.kept.remove(index)) {
            Some((_, calibrated)) => calibrated,
            None => self.validation.calibrate(&self.supernet, architecture),
        }
    }
}

impl<B: KernelBackend> Fitness for TaskFitness<B> {
    type Error = Error;

    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>> {
        let values = |candidate: &Candidate| {
            let calibrated = self.calibrated(&candidate.architecture);
            self.validation.figures_calibrated(&self.supernet, calibrated, &self.device)
        };
        candidates.iter().map(values).collect()
    }

    fn score_part(&mut self, candidates: &[Candidate], parts: usize) -> Result<Vec<Vec<f64>>> {
        let values = |candidate: &Candidate| {
            let calibrated = self.calibrated(&candidate.architecture);
            if self.kept.len() == KEPT {
                self.kept.pop_front();
            }
            self.kept.push_back((candidate.architecture.clone(), calibrated.clone()));
            let part = self.parts.entry(parts).or_insert_with(|| self.validation.part(parts));
            part.figures_calibrated(&self.supernet, calibrated, &self.device)
        };
        candidates.iter().map(values).collect()
    }
}
