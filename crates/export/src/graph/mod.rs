//! Graph of operators: a small form of ONNX that owns its names.

mod build;
mod enlarge;
mod node;

pub use build::Value;
pub use enlarge::Between;
pub use node::{Attribute, Constant, Dimension, Element, Node, Port, Rank};

/// Operators in the order in which they run, with constants, inputs and outputs.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// Operators; each only reads values that stand before it.
    pub nodes: Vec<Node>,
    /// Weights, and numbers that operators take as inputs.
    pub constants: Vec<Constant>,
    /// Inputs of the graph.
    pub inputs: Vec<Port>,
    /// Outputs of the graph.
    pub outputs: Vec<Port>,
}
