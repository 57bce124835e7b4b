//! Regularised evolution: the oldest candidates leave the population, however good; one of the best of a random
//! sample has offspring by mutation alone.
//!
//! Source: Real et al., 2019 (AmoebaNet), with the front of the sample in the place of its best: a sample has no
//! best where there are several objectives, and always taking an end of the front would leave its middle.

use rand::{Rng, RngExt};

use super::interface::Breeding;
use crate::selection::front;

/// Candidates of a tournament.
const SAMPLE: usize = 10;

/// Regularised evolution.
pub struct Regularised;

impl Breeding for Regularised {
    /// The newest candidates.
    fn parents(&self, points: &[Vec<f64>], keep: usize) -> Vec<usize> {
        (points.len().saturating_sub(keep)..points.len()).collect()
    }

    fn pair(
        &self,
        parents: &[usize],
        points: &[Vec<f64>],
        _number: usize,
        random: &mut dyn Rng,
    ) -> (usize, usize) {
        let places: Vec<usize> =
            (0..SAMPLE).map(|_| random.random_range(0..parents.len())).collect();
        let sample: Vec<Vec<f64>> = places.iter().map(|&at| points[parents[at]].clone()).collect();
        let front = front(&sample);
        let chosen = places[front[random.random_range(0..front.len())]];
        (chosen, chosen)
    }
}
