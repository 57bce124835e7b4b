//! Growing a graph, one operator at a time.

use super::node::{Attribute, Constant, Element, Node, Port, Rank};
use super::{Dimension, Graph};
use crate::tensor::Tensor;

/// Name of a value within a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value(String);

impl Value {
    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Stands for an optional input that is left out.
    pub fn none() -> Self {
        Self(String::new())
    }
}

impl Graph {
    /// Adds an input.
    pub fn input(&mut self, name: &str, shape: Vec<Dimension>) -> Value {
        self.inputs.push(Port { name: name.to_owned(), element: Element::Float32, shape });
        Value(name.to_owned())
    }

    /// Adds an operator without attributes.
    pub fn apply(&mut self, operator: &'static str, name: &str, inputs: &[&Value]) -> Value {
        self.apply_with(operator, name, inputs, Vec::new())
    }

    /// Adds an operator, whose output is called `name`.
    pub fn apply_with(
        &mut self,
        operator: &'static str,
        name: &str,
        inputs: &[&Value],
        attributes: Vec<(&'static str, Attribute)>,
    ) -> Value {
        let inputs = inputs.iter().map(|value| value.0.clone()).collect();
        self.nodes.push(Node { operator, inputs, output: name.to_owned(), attributes });
        Value(name.to_owned())
    }

    /// Adds a tensor.
    pub fn floats(&mut self, name: &str, tensor: Tensor) -> Value {
        self.constants.push(Constant::Floats(name.to_owned(), tensor));
        Value(name.to_owned())
    }

    /// Adds a vector of whole numbers.
    pub fn ints(&mut self, name: &str, values: &[i64]) -> Value {
        self.constants.push(Constant::Ints(name.to_owned(), values.to_vec(), Rank::Vector));
        Value(name.to_owned())
    }

    /// Adds a single whole number.
    pub fn int(&mut self, name: &str, value: i64) -> Value {
        self.constants.push(Constant::Ints(name.to_owned(), vec![value], Rank::Scalar));
        Value(name.to_owned())
    }

    /// Adds a single number.
    pub fn float(&mut self, name: &str, value: f32) -> Value {
        self.floats(name, Tensor { shape: Vec::new(), values: vec![value] })
    }

    /// Makes a value an output of the graph, under the name of the value.
    pub fn output(&mut self, value: &Value, element: Element, shape: Vec<Dimension>) {
        self.outputs.push(Port { name: value.0.clone(), element, shape });
    }
}
