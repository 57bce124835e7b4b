//! Subnets that the iterations of a run train.

use scalenas_space::{Architecture, SpaceSpec, sample};
use serde::{Deserialize, Serialize};

/// Choice of the subnet that an iteration trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubnetSampling {
    /// Random subnets of the eleven groups in turn: a supernet.
    Grouped,
    /// Always the largest network: the teacher of a supernet.
    Largest,
    /// Always the smallest network.
    Smallest,
    /// Always plain HRNet.
    Hrnet,
}

impl SubnetSampling {
    /// The subnet of an iteration, which follows from `seed` and `iteration` alone.
    pub fn subnet(self, spec: &SpaceSpec, seed: u64, iteration: u64) -> Architecture {
        match self {
            Self::Grouped => sample::grouped(spec, seed, iteration),
            Self::Largest => Architecture::largest(spec),
            Self::Smallest => Architecture::smallest(spec),
            Self::Hrnet => Architecture::hrnet(spec),
        }
    }
}
