//! Near-duplicates between the parts of a data set.

use rayon::prelude::*;

use super::fingerprint::Fingerprint;

/// Correlation from which two pictures count as one.
const ALIKE: f32 = 0.95;

/// A held-out picture that is nearly a training picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearDuplicate {
    /// Position among the training pictures.
    pub train: usize,
    /// Position among the held-out pictures.
    pub val: usize,
    /// Correlation of their brightness, at most 1.
    pub correlation: f32,
}

/// Held-out pictures that are nearly a training picture, each with the most similar one.
pub fn near_duplicates(
    train: &[Option<Fingerprint>],
    val: &[Option<Fingerprint>],
) -> Vec<NearDuplicate> {
    let closest = |(place, print): (usize, &Option<Fingerprint>)| {
        let print = print.as_ref()?;
        let known = train.iter().enumerate().filter_map(|(at, other)| Some((at, other.as_ref()?)));
        let correlations = known.map(|(at, other)| (at, print.correlation(other)));
        let (train, correlation) = correlations.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        (correlation > ALIKE).then_some(NearDuplicate { train, val: place, correlation })
    };
    val.par_iter().enumerate().filter_map(closest).collect()
}
