//! NSGA-II: parents by Pareto rank and crowding, pairs by tournaments.
//!
//! Source: Deb et al., 2002. The population is chosen from all candidates so far, so that nothing good is lost.

use rand::{Rng, RngExt};

use super::interface::Breeding;
use crate::selection::ranked_and_spread;

/// NSGA-II.
pub struct Nsga2;

impl Breeding for Nsga2 {
    fn parents(&self, points: &[Vec<f64>], keep: usize) -> Vec<usize> {
        ranked_and_spread(points, keep)
    }

    /// Parents are in the order of rank and crowding: the earlier of two wins.
    fn pair(
        &self,
        parents: &[usize],
        _points: &[Vec<f64>],
        _number: usize,
        random: &mut dyn Rng,
    ) -> (usize, usize) {
        let mut winner = || {
            let [a, b] = [0, 1].map(|_| random.random_range(0..parents.len()));
            a.min(b)
        };
        (winner(), winner())
    }
}
