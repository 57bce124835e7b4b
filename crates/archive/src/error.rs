//! Errors of an archive: the database, what was tried, and the way on.

use std::path::PathBuf;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that this crate can report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A place that is no database of a supported kind.
    #[error(
        "archive {place}: accepted: a path, sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    Place {
        /// The place as it was given, without a password.
        place: String,
    },
    /// The database did not answer for too long.
    #[error("archive {place}: no answer for {seconds:.0} s while trying to {action}: {reason}")]
    Unreachable {
        /// The database, without a password.
        place: String,
        /// Attempted action.
        action: &'static str,
        /// Seconds of waiting.
        seconds: f64,
        /// Last reason.
        reason: String,
    },
    /// The database refused an action.
    #[error("archive {place}: failed to {action}: {reason}")]
    Database {
        /// The database, without a password.
        place: String,
        /// Attempted action.
        action: &'static str,
        /// Reason given by the database.
        reason: String,
    },
    /// A later version of the program made the tables.
    #[error(
        "archive {place}: its tables are of a later version of this program ({reason}); accepted: that version, or \
         another database"
    )]
    Newer {
        /// The database, without a password.
        place: String,
        /// The difference.
        reason: String,
    },
    /// Contents that no version of the program writes.
    #[error("archive {place}: network {network}: {reason}")]
    Contents {
        /// The database, without a password.
        place: String,
        /// Id of the network.
        network: String,
        /// Problem with it.
        reason: String,
    },
    /// A candidate whose scoring ended without a result again and again.
    #[error(
        "archive {place}: network {network} was begun {attempts} times and never finished; its workers end while they \
         score it"
    )]
    Poisoned {
        /// The database, without a password.
        place: String,
        /// Id of the network.
        network: String,
        /// Number of times.
        attempts: i64,
    },
    /// An evaluation that processes are working on.
    #[error(
        "archive {place}: {count} networks of evaluation {evaluation} are being scored; stop the workers first"
    )]
    InWork {
        /// The database, without a password.
        place: String,
        /// Key of the evaluation.
        evaluation: String,
        /// Networks with a lease.
        count: i64,
    },
    /// The search was asked to stop while it waited for other processes.
    #[error("stopped while waiting for other processes")]
    Stopped,
    /// A file that cannot be read or written.
    #[error("failed to {action} {path}: {reason}")]
    File {
        /// Attempted action.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Reason.
        reason: String,
    },
    /// A score is not a number; it is not kept.
    #[error("network {network} was scored {score}; a score must be a finite number")]
    Score {
        /// Id of the network.
        network: String,
        /// Its score.
        score: f64,
    },
    /// Scoring a candidate failed.
    #[error(transparent)]
    Fitness(Box<dyn std::error::Error + Send + Sync>),
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
