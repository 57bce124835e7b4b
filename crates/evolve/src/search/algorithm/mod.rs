//! Algorithms: how a generation follows from the candidates before it. One file each behind one interface.

mod nsga2;
mod published;
mod regularised;

use rand::Rng;

use crate::config::Algorithm;

/// Choice of the candidates that breed.
pub(super) trait Breeding {
    /// Positions of the candidates that may breed, at most `keep`. Every point lists the objectives of a
    /// candidate, all of which are minimised, oldest candidate first.
    fn parents(&self, points: &[Vec<f64>], keep: usize) -> Vec<usize>;

    /// Parent and mate of an offspring, as places in the list of [`Breeding::parents`].
    fn pair(
        &self,
        parents: &[usize],
        points: &[Vec<f64>],
        number: usize,
        random: &mut dyn Rng,
    ) -> (usize, usize);
}

/// Breeding of an algorithm; `None` for random draws without parents.
pub(super) fn breeding(algorithm: Algorithm) -> Option<&'static dyn Breeding> {
    match algorithm {
        Algorithm::Published => Some(&published::Published),
        Algorithm::Nsga2 => Some(&nsga2::Nsga2),
        Algorithm::Regularised => Some(&regularised::Regularised),
        Algorithm::Random => None,
    }
}
