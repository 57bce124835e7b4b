//! A graph that grows, with the weights that it takes from.

use crate::error::{Error, Result};
use crate::graph::{Attribute, Graph, Value};
use crate::tensor::{NamedTensors, Tensor};

/// Treatment of normalisations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norms {
    /// Folded into weight and bias of the convolution in front.
    Folded,
    /// Operators of their own.
    Kept,
}

/// Graph of a network under construction.
pub struct Writer<'a> {
    pub graph: Graph,
    pub norms: Norms,
    tensors: &'a NamedTensors,
}

impl<'a> Writer<'a> {
    pub fn new(tensors: &'a NamedTensors, norms: Norms) -> Self {
        Self { graph: Graph::default(), norms, tensors }
    }

    /// Tensor of a checkpoint name.
    pub fn tensor(&self, key: &str) -> Result<&'a Tensor> {
        self.tensors.get(key).ok_or_else(|| Error::Missing { key: key.to_owned() })
    }

    /// Tensor of a checkpoint name that not every layer has.
    pub fn optional(&self, key: &str) -> Option<&'a Tensor> {
        self.tensors.get(key)
    }

    /// Maps along the channels.
    pub fn side_by_side(&mut self, name: &str, maps: &[&Value]) -> Value {
        self.graph.apply_with("Concat", name, maps, vec![("axis", Attribute::Int(1))])
    }
}
