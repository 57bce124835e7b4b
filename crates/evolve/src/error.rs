//! Errors of a search.

use std::path::PathBuf;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of a search, with the option or file and the accepted values.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An option is out of range.
    #[error("search option {key} is {value}, accepted: {accepted}")]
    Option {
        /// Name of the option.
        key: &'static str,
        /// Its value.
        value: String,
        /// Accepted values.
        accepted: &'static str,
    },
    /// A ceiling excludes the whole space.
    #[error("{key} is {limit}, but the smallest network of space {space} has {smallest}")]
    Infeasible {
        /// Name of the ceiling.
        key: &'static str,
        /// Its value.
        limit: String,
        /// Name of the space.
        space: String,
        /// The smallest network's value.
        smallest: String,
    },
    /// A score is not a number.
    #[error("candidate {id} was scored {score}; a fitness must be a finite number")]
    Score {
        /// Id of the candidate.
        id: String,
        /// Its score.
        score: f64,
    },
    /// A fitness returned more or fewer scores than candidates.
    #[error("{scores} scores for {candidates} candidates")]
    Count {
        /// Scores returned.
        scores: usize,
        /// Candidates handed over.
        candidates: usize,
    },
    /// Scoring failed.
    #[error("failed to score candidates: {0}")]
    Fitness(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An observer failed.
    #[error("failed to report a scored batch: {0}")]
    Observer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A file cannot be read or written.
    #[error("failed to {action} {path}: {reason}")]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Reason of the failure.
        reason: String,
    },
    /// An archive belongs to another search.
    #[error("{path} was searched with another {key}")]
    Changed {
        /// The archive.
        path: PathBuf,
        /// Part in which the two searches differ.
        key: &'static str,
    },
    /// The space, an architecture or an input size is invalid.
    #[error(transparent)]
    Space(#[from] scalenas_space::Error),
}

impl Error {
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
        reason: impl ToString,
    ) -> Self {
        Self::File { action, path: path.into(), reason: reason.to_string() }
    }
}
