//! The published search: parents are the peeled fronts and take turns, mates are drawn among them.
//!
//! Source: ScaleNAS.

use rand::{Rng, RngExt};

use super::interface::Breeding;
use crate::selection::peel;

/// The published search.
pub struct Published;

impl Breeding for Published {
    fn parents(&self, points: &[Vec<f64>], keep: usize) -> Vec<usize> {
        peel(points, keep)
    }

    fn pair(
        &self,
        parents: &[usize],
        _points: &[Vec<f64>],
        number: usize,
        random: &mut dyn Rng,
    ) -> (usize, usize) {
        (number % parents.len(), random.random_range(0..parents.len()))
    }
}
