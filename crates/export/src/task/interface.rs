//! Interface of a task.

use scalenas_base::Size;
use scalenas_space::SpaceSpec;
use serde_json::{Value as Json, json};

use crate::error::Result;
use crate::graph::Value;
use crate::network::Writer;
use crate::outputs::Outputs;
use crate::source::Source;

/// Maps of a head.
#[derive(Debug, Clone)]
pub struct Maps {
    /// `[batch, outputs, height / 4, width / 4]`, or `[batch, classes, 1, 1]` for a class per picture.
    pub coarse: Value,
    /// `[batch, joints, height / 2, width / 2]`, of heads that have them.
    pub fine: Option<Value>,
}

impl From<Value> for Maps {
    fn from(coarse: Value) -> Self {
        Self { coarse, fine: None }
    }
}

/// A task of a network.
pub trait Task {
    /// Name in files.
    fn name(&self) -> &'static str;

    /// Adds the layers of the head on the branches that leave the last module, finest first.
    fn write(&self, writer: &mut Writer<'_>, branches: &[&Value]) -> Result<Maps>;

    /// Makes the maps outputs.
    fn add_maps(&self, maps: &Maps, input: Size, outputs: &mut Outputs<'_>);

    /// Whether maps can be decoded within a graph.
    fn decodes(&self) -> bool {
        true
    }

    /// Decodes the maps, and makes the results outputs.
    fn add_decoded(&self, maps: &Maps, input: Size, outputs: &mut Outputs<'_>);

    /// Widths of the layers of the head beyond those of the branches, as the PyTorch code reads them.
    fn widths(&self, _space: &SpaceSpec) -> Json {
        json!({})
    }

    /// Way from a picture to the input and from the outputs back to the picture.
    fn picture(&self, source: &Source) -> Json;
}
