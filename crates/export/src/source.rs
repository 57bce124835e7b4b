//! The network that files are made of.

use scalenas_base::Size;
use scalenas_data::Framing;
use scalenas_space::plan::{Plan, Reach};
use scalenas_space::{Architecture, SpaceSpec};

use crate::tensor::NamedTensors;

/// A network with its weights, from which all files are made.
#[derive(Debug, Clone)]
pub struct Source {
    /// Space that the network comes from.
    pub space: SpaceSpec,
    /// The architecture.
    pub architecture: Architecture,
    /// Weights and normalisation statistics.
    pub tensors: NamedTensors,
    /// Height and width of the input, in pixels.
    pub input: Size,
    /// Part of a picture that becomes the input of a pose network.
    pub framing: Framing,
}

impl Source {
    /// Layers that influence an output.
    pub(crate) fn plan(&self) -> Plan {
        Plan::new(&self.space, &self.architecture, Reach::Live)
    }
}
