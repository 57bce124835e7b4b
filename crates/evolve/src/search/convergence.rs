//! Convergence: generations in which the hypervolume of the front no longer grows.

use super::generation::Planner;
use crate::candidate::Candidate;
use crate::selection::hypervolume;

/// Hypervolumes of the generations so far.
pub(super) struct Convergence {
    patience: usize,
    /// Price of the largest network, the unit of the first objective.
    largest_price: f64,
    volumes: Vec<f64>,
}

impl Convergence {
    pub fn new(planner: &Planner) -> Self {
        let patience = planner.config().patience;
        Self { patience, largest_price: planner.largest_price(), volumes: Vec::new() }
    }

    /// Adds a generation, and tells whether `patience` generations brought no larger volume than
    /// those before them. The reference point is the worst of the initial population.
    pub fn reached(&mut self, initial: &[&Candidate], all: &[&Candidate]) -> bool {
        self.volumes.push(self.volume(initial, all));
        if self.patience == 0 || self.volumes.len() <= self.patience {
            return false;
        }
        let (old, recent) = self.volumes.split_at(self.volumes.len() - self.patience);
        let best = |values: &[f64]| values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        best(recent) <= best(old)
    }

    fn volume(&self, initial: &[&Candidate], all: &[&Candidate]) -> f64 {
        let points: Vec<Vec<f64>> = all.iter().map(|c| self.objectives(c)).collect();
        let mut reference = points.first().cloned().unwrap_or_default();
        for point in initial.iter().map(|c| self.objectives(c)) {
            for (worst, value) in reference.iter_mut().zip(point) {
                *worst = worst.max(value);
            }
        }
        // Nothing costs more than the largest network, whether or not it was admitted.
        if let Some(cost) = reference.first_mut() {
            *cost = 1.0;
        }
        hypervolume(&points, &reference)
    }

    fn objectives(&self, candidate: &Candidate) -> Vec<f64> {
        let mut objectives = candidate.objectives();
        objectives[0] /= self.largest_price;
        objectives
    }
}
