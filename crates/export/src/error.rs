//! Errors of exports.

use scalenas_space::Head;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A network that cannot be exported as asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The weights lack a tensor of the network.
    #[error("the weights have no tensor {key}, which the architecture needs")]
    Missing {
        /// Checkpoint name.
        key: String,
    },
    /// Decoding of this head is no graph of tensors.
    #[error(
        "the head {head:?} cannot be decoded within a graph: grouping joints into people takes a search, \
         which runs outside; accepted: the head's maps, without decoding"
    )]
    Decoding {
        /// The head.
        head: Head,
    },
    /// The version of the operators is not written.
    #[error("opset {found} is not accepted; accepted: {first} to {last}")]
    Opset {
        /// The version asked for.
        found: i64,
        /// The oldest accepted one.
        first: i64,
        /// The newest accepted one.
        last: i64,
    },
    /// The architecture or the input size does not belong to the space.
    #[error(transparent)]
    Space(#[from] scalenas_space::Error),
}
