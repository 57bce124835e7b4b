//! Values of a pickle, kept in one list and referred to by index: nothing is recursive.

use crate::files::pth::element::Element;
use crate::files::pth::tensor::TensorView;

/// A value.
#[derive(Debug, Clone)]
pub(in crate::files::pth) enum Value {
    None,
    /// Also a boolean.
    Int(i128),
    Text(String),
    /// Also a set.
    List(Vec<usize>),
    Tuple(Vec<usize>),
    /// Pairs of key and value in the order of the file; a later one replaces an earlier one.
    Dict(Vec<(usize, usize)>),
    /// Module and name of a class or function; never looked up.
    Global(String),
    Storage(Storage),
    Tensor {
        /// Text that is the key of its storage.
        storage: usize,
        /// Absent if its elements are no floating-point numbers.
        view: Option<TensorView>,
    },
    /// A number, bytes or an object whose content does not matter, by what it is.
    Opaque(String),
}

/// Reference to a storage.
#[derive(Debug, Clone, Copy)]
pub(in crate::files::pth) struct Storage {
    /// Text that is its key in the file.
    pub key: usize,
    /// Absent for an unknown class.
    pub element: Option<Element>,
    /// Elements.
    pub count: u64,
    /// First element of the part that is referred to.
    pub start: usize,
}

impl Value {
    /// Kind in words, with article.
    pub fn kind(&self) -> &str {
        match self {
            Self::None => "nothing",
            Self::Int(_) => "an integer",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Dict(_) => "a dictionary",
            Self::Global(_) => "the name of a class",
            Self::Storage(_) => "a storage",
            Self::Tensor { .. } => "a tensor",
            Self::Opaque(kind) => kind,
        }
    }
}

/// All values of a pickle.
#[derive(Debug)]
pub(in crate::files::pth) struct Pickle {
    values: Vec<Value>,
    root: usize,
}

impl Pickle {
    /// Values of which `root` is the pickled one.
    pub fn new(values: Vec<Value>, root: usize) -> Self {
        Self { values, root }
    }

    /// Index of the pickled value.
    pub fn root(&self) -> usize {
        self.root
    }

    /// The value at an index.
    pub fn value(&self, index: usize) -> &Value {
        &self.values[index]
    }

    /// The text at an index; empty for another value.
    pub fn text(&self, index: usize) -> &str {
        match &self.values[index] {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// The value of a text key of a dictionary.
    pub fn entry(&self, dictionary: usize, key: &str) -> Option<&Value> {
        let Value::Dict(items) = &self.values[dictionary] else { return None };
        let found = items.iter().rev().find(|&&(name, _)| self.text(name) == key);
        found.map(|&(_, value)| self.value(value))
    }

    /// All storages that are referred to.
    pub fn storages(&self) -> impl Iterator<Item = &Storage> {
        self.values.iter().filter_map(|value| match value {
            Value::Storage(storage) => Some(storage),
            _ => None,
        })
    }
}
