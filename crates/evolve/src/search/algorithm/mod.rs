//! Algorithms: how a generation follows from the candidates before it. One file each behind one interface.

mod interface;
mod nsga2;
mod published;
mod regularised;

use crate::config::Algorithm;

pub(super) use interface::Breeding;

/// Breeding of an algorithm; `None` for random draws without parents.
pub(super) fn breeding(algorithm: Algorithm) -> Option<&'static dyn Breeding> {
    match algorithm {
        Algorithm::Published => Some(&published::Published),
        Algorithm::Nsga2 => Some(&nsga2::Nsga2),
        Algorithm::Regularised => Some(&regularised::Regularised),
        Algorithm::Random => None,
    }
}
