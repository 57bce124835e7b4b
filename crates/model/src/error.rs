//! Errors of files, checkpoints and networks.

use std::path::PathBuf;

/// Result of reading, writing or combining networks.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that names the file, the key and both values.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read or written.
    #[error("failed to {action} {path}: {reason}")]
    File {
        /// Attempted action: `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Reason from the system or the format.
        reason: String,
    },
    /// A tensor has another shape than the network's.
    #[error(
        "key {key} in {origin} has shape {found:?}, the network {network} expects {expected:?}; \
         the checkpoint is of another width, input or head"
    )]
    Shape {
        /// Checkpoint key.
        key: String,
        /// File or source of the tensors.
        origin: String,
        /// Name of the search space.
        network: String,
        /// Shape in the file.
        found: Vec<usize>,
        /// Shape in the network.
        expected: Vec<usize>,
    },
    /// Tensors that the network needs are absent.
    #[error("{origin} lacks {count} of the tensors of {network}, the first is {first}")]
    Missing {
        /// File or source of the tensors.
        origin: String,
        /// Name of the search space.
        network: String,
        /// Number of absent tensors.
        count: usize,
        /// The first absent key.
        first: String,
    },
    /// A file is not what it was opened as.
    #[error("{path} is not {expected}: {reason}")]
    Format {
        /// The file.
        path: PathBuf,
        /// Expected kind of file, with article.
        expected: &'static str,
        /// Found kind of file, or the reason why it is none.
        reason: String,
    },
    /// The file holds all networks of a space, where one is wanted.
    #[error("{path} is not a single network: it holds a supernet")]
    Supernet {
        /// The file.
        path: PathBuf,
    },
    /// The architecture does not belong to the space.
    #[error(transparent)]
    Space(#[from] scalenas_space::Error),
}

impl Error {
    pub(crate) fn read(path: impl Into<PathBuf>, reason: impl ToString) -> Self {
        Self::File { action: "read", path: path.into(), reason: reason.to_string() }
    }

    pub(crate) fn write(path: impl Into<PathBuf>, reason: impl ToString) -> Self {
        Self::File { action: "write", path: path.into(), reason: reason.to_string() }
    }
}
