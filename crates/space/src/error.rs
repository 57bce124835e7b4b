//! Errors of spaces, architectures and the files that hold them.

use std::path::PathBuf;

use scalenas_base::Size;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An invalid space, architecture or file, with the place and the accepted values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No preset has this name.
    #[error("unknown search space {name}; did you mean {nearest}? accepted: {accepted}")]
    UnknownPreset {
        /// The name given.
        name: String,
        /// The preset with the most similar name.
        nearest: String,
        /// Names of all presets.
        accepted: String,
    },
    /// A value of a space is out of range.
    #[error("space {space}: {key} is {value}, accepted: {accepted}")]
    Spec {
        /// Name of the space.
        space: String,
        /// Name of the field.
        key: &'static str,
        /// Value of the field.
        value: String,
        /// Accepted values.
        accepted: String,
    },
    /// An architecture has a different number of modules than the space.
    #[error("architecture has {found} modules, space {space} has {expected}")]
    Modules {
        /// Name of the space.
        space: String,
        /// Number in the architecture.
        found: usize,
        /// Number in the space.
        expected: usize,
    },
    /// A module has a different number of branches than in the space.
    #[error("module {module} has {found} branches, in space {space} it has {expected}")]
    Branches {
        /// Name of the space.
        space: String,
        /// Index of the module.
        module: usize,
        /// Number in the architecture.
        found: usize,
        /// Number in the space.
        expected: usize,
    },
    /// A depth is not a choice of the space.
    #[error("module {module} branch {branch}: depth {depth} is not one of {accepted:?} in {space}")]
    Depth {
        /// Name of the space.
        space: String,
        /// Index of the module.
        module: usize,
        /// Index of the branch, from the finest.
        branch: usize,
        /// Depth in the architecture.
        depth: usize,
        /// Depth choices of the space.
        accepted: Vec<usize>,
    },
    /// A fusion bit breaks a rule.
    #[error("module {module} branch {branch} step {step}: {reason}")]
    Fusion {
        /// Index of the module.
        module: usize,
        /// Index of the branch, from the finest.
        branch: usize,
        /// Index of the step.
        step: usize,
        /// Rule that is broken.
        reason: String,
    },
    /// An input size that the network cannot take.
    #[error(
        "input {input} is not accepted: both sides must be multiples of {multiple} up to \
         {largest}"
    )]
    Input {
        /// The refused size.
        input: Size,
        /// Stride of the coarsest branch.
        multiple: usize,
        /// Maximum side in pixels.
        largest: usize,
    },
    /// A table of latencies of another space or input.
    #[error(
        "the latencies are of {found}, but {wanted} is searched; accepted: a table that `latency` measured for it"
    )]
    Latency {
        /// Space and input of the table.
        found: String,
        /// Space and input of the search.
        wanted: String,
    },
    /// A file cannot be read or written, or does not hold an architecture.
    #[error("failed to {action} {path}: {reason}")]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Reason of the failure.
        reason: String,
    },
    /// A text or byte string does not hold an architecture.
    #[error("not an architecture in {format}: {reason}")]
    Parse {
        /// JSON, RON or npy.
        format: &'static str,
        /// Reason of the failure.
        reason: String,
    },
}
