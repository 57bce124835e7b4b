//! Interface of an algorithm: the choice of the candidates that breed.

use rand::Rng;

/// Choice of the candidates that breed.
pub trait Breeding {
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
