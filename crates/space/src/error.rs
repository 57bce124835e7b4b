//! What can be wrong with a space, an architecture or a file that holds one.

use std::path::PathBuf;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that names the place and what is accepted there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No preset has this name.
    #[error("unknown search space {name}; did you mean {nearest}? accepted: {accepted}")]
    UnknownPreset {
        /// The name given.
        name: String,
        /// The preset with the most similar name.
        nearest: String,
        /// All names.
        accepted: String,
    },
    /// A value of a space is out of range.
    #[error("space {space}: {key} is {value}, accepted: {accepted}")]
    Spec {
        /// Name of the space.
        space: String,
        /// The field.
        key: &'static str,
        /// Its value.
        value: String,
        /// What is accepted.
        accepted: String,
    },
    /// An architecture has a different number of modules than the space.
    #[error("architecture has {found} modules, space {space} has {expected}")]
    Modules {
        /// Name of the space.
        space: String,
        /// In the architecture.
        found: usize,
        /// In the space.
        expected: usize,
    },
    /// A module has a different number of branches than in the space.
    #[error("module {module} has {found} branches, in space {space} it has {expected}")]
    Branches {
        /// Name of the space.
        space: String,
        /// Which module, from 0.
        module: usize,
        /// In the architecture.
        found: usize,
        /// In the space.
        expected: usize,
    },
    /// A depth is not a choice of the space.
    #[error("module {module} branch {branch}: depth {depth} is not one of {accepted:?} in {space}")]
    Depth {
        /// Name of the space.
        space: String,
        /// Which module, from 0.
        module: usize,
        /// Which branch, from 0 (finest).
        branch: usize,
        /// The depth found.
        depth: usize,
        /// The space's choices.
        accepted: Vec<usize>,
    },
    /// A fusion bit breaks a rule.
    #[error("module {module} branch {branch} step {step}: {reason}")]
    Fusion {
        /// Which module, from 0.
        module: usize,
        /// Which branch, from 0.
        branch: usize,
        /// Which step, from 0.
        step: usize,
        /// The rule.
        reason: String,
    },
    /// An input size that the network cannot take.
    #[error(
        "input {height}x{width} is not accepted: both sides must be multiples of {multiple} up to \
         {largest}"
    )]
    Input {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
        /// Stride of the coarsest branch.
        multiple: usize,
        /// Longest side.
        largest: usize,
    },
    /// A file cannot be read or written, or does not hold an architecture.
    #[error("failed to {action} {path}: {reason}")]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A text or byte string does not hold an architecture.
    #[error("not an architecture in {format}: {reason}")]
    Parse {
        /// JSON, RON or npy.
        format: &'static str,
        /// Why.
        reason: String,
    },
}
