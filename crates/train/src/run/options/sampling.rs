//! Subnets that the iterations of a run train.

use scalenas_space::{Architecture, SpaceSpec, sample};
use serde::{Deserialize, Serialize};

/// Name of a network that has no other.
const FIXED: &str = "trained";

/// Subnets of an iteration of sandwich sampling besides the largest and the smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sandwich {
    /// Random subnets.
    pub random: usize,
    /// Whether all but the largest learn its predictions, too: distillation in place.
    #[serde(default = "yes")]
    pub distil: bool,
}

fn yes() -> bool {
    true
}

/// Choice of the subnets that an iteration trains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubnetSampling {
    /// Random subnets of the eleven groups in turn, as published: a supernet.
    Grouped,
    /// A random subnet: a supernet.
    Uniform,
    /// Every depth and every fusion equally often: a supernet.
    Fair,
    /// The largest, the smallest and random subnets on one batch, with their gradients summed: a supernet.
    ///
    /// Source: universally slimmable networks (arXiv 1903.05134), BigNAS (arXiv 2003.11142).
    Sandwich(Sandwich),
    /// Always the largest network: the teacher of a supernet.
    Largest,
    /// Always the smallest network.
    Smallest,
    /// Always plain HRNet.
    Hrnet,
    /// Always this network: its fine-tuning, or its training from nothing.
    Fixed(Architecture),
}

impl SubnetSampling {
    /// The subnets of an iteration, which follow from `seed` and `iteration` alone.
    pub fn subnets(&self, spec: &SpaceSpec, seed: u64, iteration: u64) -> Vec<Architecture> {
        match self {
            Self::Grouped => vec![sample::grouped(spec, seed, iteration)],
            Self::Uniform => vec![sample::uniform_of(spec, seed, iteration, 0)],
            Self::Fair => vec![sample::fair(spec, seed, iteration)],
            Self::Sandwich(sandwich) => {
                let corners = [Architecture::largest(spec), Architecture::smallest(spec)];
                let random = (0..sandwich.random as u64)
                    .map(|place| sample::uniform_of(spec, seed, iteration, place));
                corners.into_iter().chain(random).collect()
            }
            Self::Largest | Self::Smallest | Self::Hrnet | Self::Fixed(_) => {
                self.only(spec).map(|(_, only)| only).into_iter().collect()
            }
        }
    }

    /// Whether the first subnet of an iteration teaches the others.
    pub fn distils_in_place(&self) -> bool {
        matches!(self, Self::Sandwich(sandwich) if sandwich.distil)
    }

    /// The network that a run trains alone, with its name; `None` for a supernet.
    pub fn only(&self, spec: &SpaceSpec) -> Option<(&'static str, Architecture)> {
        match self {
            Self::Grouped | Self::Uniform | Self::Fair | Self::Sandwich(_) => None,
            Self::Largest => Some(("largest", Architecture::largest(spec))),
            Self::Smallest => Some(("smallest", Architecture::smallest(spec))),
            Self::Hrnet => Some(("hrnet", Architecture::hrnet(spec))),
            Self::Fixed(architecture) => Some((FIXED, architecture.clone())),
        }
    }
}
