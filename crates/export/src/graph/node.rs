//! Parts of a graph.

use crate::tensor::Tensor;

/// An operator.
#[derive(Debug, Clone)]
pub struct Node {
    /// Name of the ONNX operator.
    pub operator: &'static str,
    /// Values that it reads; an empty name stands for an optional one that is left out.
    pub inputs: Vec<String>,
    /// The value that it makes, which names the node, too.
    pub output: String,
    /// Attributes by name.
    pub attributes: Vec<(&'static str, Attribute)>,
}

/// Value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    /// A whole number.
    Int(i64),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// A number.
    Float(f32),
    /// A word.
    Text(&'static str),
}

/// A value that is stored in the file.
#[derive(Debug, Clone)]
pub enum Constant {
    /// Float32 values.
    Floats(String, Tensor),
    /// A vector of whole numbers, or a single one without an axis.
    Ints(String, Vec<i64>, Rank),
}

/// Number of axes of whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// A single number.
    Scalar,
    /// A vector.
    Vector,
}

/// Type of the elements of an input or output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// 32-bit floating point numbers.
    Float32,
    /// 64-bit whole numbers.
    Int64,
}

impl Element {
    /// Name of the type, as NumPy spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Float32 => "float32",
            Self::Int64 => "int64",
        }
    }
}

/// Length of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Any length: the number of pictures.
    Batch,
    /// A fixed length.
    Fixed(usize),
}

impl Dimension {
    /// Name of the axis of any length.
    pub const BATCH: &'static str = "batch";
}

/// Input or output of a graph.
#[derive(Debug, Clone)]
pub struct Port {
    /// Name.
    pub name: String,
    /// Type of the elements.
    pub element: Element,
    /// Lengths of the axes.
    pub shape: Vec<Dimension>,
}
