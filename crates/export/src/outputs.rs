//! Outputs of a file.

use scalenas_base::Size;
use serde::Serialize;

use crate::graph::{Dimension, Element, Graph, Value};

/// An output of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Output {
    /// Name.
    pub name: String,
    /// Type of the elements, as NumPy spells it.
    pub element: &'static str,
    /// Lengths of the axes.
    pub shape: Vec<Length>,
    /// Contents, in words.
    pub contents: &'static str,
}

/// Length of an axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Length {
    /// Any length, under this name.
    Any(&'static str),
    /// A fixed length.
    Fixed(usize),
}

/// Adds outputs to a graph, and keeps a list of them.
pub struct Outputs<'a> {
    graph: &'a mut Graph,
    added: Vec<Output>,
}

impl<'a> Outputs<'a> {
    /// No outputs yet.
    pub fn new(graph: &'a mut Graph) -> Self {
        Self { graph, added: Vec::new() }
    }

    /// The outputs that were added.
    pub fn finish(self) -> Vec<Output> {
        self.added
    }

    /// The graph, for operators in front of an output.
    pub fn graph(&mut self) -> &mut Graph {
        self.graph
    }

    /// Adds maps `[batch, channels, height, width]` under a name.
    pub fn maps(
        &mut self,
        name: &str,
        value: &Value,
        (channels, Size { height, width }): (usize, Size),
        contents: &'static str,
    ) {
        let value = self.graph.apply("Identity", name, &[value]);
        self.add(&value, Element::Float32, &[channels, height, width], contents);
    }

    /// Adds a value, whose first axis is the batch, under its name.
    pub fn add(&mut self, value: &Value, element: Element, rest: &[usize], contents: &'static str) {
        let fixed = rest.iter().map(|&length| Dimension::Fixed(length));
        let shape: Vec<Dimension> = [Dimension::Batch].into_iter().chain(fixed).collect();
        let length = |dimension: &Dimension| match *dimension {
            Dimension::Batch => Length::Any(Dimension::BATCH),
            Dimension::Fixed(length) => Length::Fixed(length),
        };
        self.added.push(Output {
            name: value.name().to_owned(),
            element: element.name(),
            shape: shape.iter().map(length).collect(),
            contents,
        });
        self.graph.output(value, element, shape);
    }
}
