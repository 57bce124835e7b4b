//! Subnets that the iterations of a run train.

use scalenas_space::{Architecture, SpaceSpec, sample};
use serde::{Deserialize, Serialize};

/// Name of a network that has no other.
const FIXED: &str = "trained";

/// Choice of the subnet that an iteration trains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubnetSampling {
    /// Random subnets of the eleven groups in turn: a supernet.
    Grouped,
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
    /// The subnet of an iteration, which follows from `seed` and `iteration` alone.
    pub fn subnet(&self, spec: &SpaceSpec, seed: u64, iteration: u64) -> Architecture {
        match self.only(spec) {
            Some((_, architecture)) => architecture,
            None => sample::grouped(spec, seed, iteration),
        }
    }

    /// The network that a run trains alone, with its name; `None` for a supernet.
    pub fn only(&self, spec: &SpaceSpec) -> Option<(&'static str, Architecture)> {
        match self {
            Self::Grouped => None,
            Self::Largest => Some(("largest", Architecture::largest(spec))),
            Self::Smallest => Some(("smallest", Architecture::smallest(spec))),
            Self::Hrnet => Some(("hrnet", Architecture::hrnet(spec))),
            Self::Fixed(architecture) => Some((FIXED, architecture.clone())),
        }
    }
}
