//! Values that a pickle builds.

/// Result of reading, with the reason of a refusal.
pub(super) type Result<T> = std::result::Result<T, String>;

/// Maximum number of values of one file: masks need a few thousand.
pub(super) const MAX_VALUES: usize = 1 << 20;

/// A value; containers refer to other values by index.
#[derive(Debug, Clone)]
pub(super) enum Value {
    None,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    /// Also an array: one of several dimensions is a list of lists.
    List(Vec<usize>),
    Tuple(Vec<usize>),
    Dict(Vec<(usize, usize)>),
    /// A name; never looked up.
    Global(String),
    /// Element type, such as `i8` or `O8`.
    Dtype(String),
    Mark,
}

impl Value {
    /// Kind of the value, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "nothing",
            Self::Int(_) => "an integer",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Dict(_) => "a dictionary",
            Self::Global(_) => "a name",
            Self::Dtype(_) => "an element type",
            Self::Mark => "a mark",
        }
    }
}
