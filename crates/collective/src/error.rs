//! Errors of a group: the address or the rank, and the reason.

use std::io;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that this crate can report.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// An address that cannot be listened at.
    #[error(
        "{address}: cannot listen there ({reason}); accepted: HOST:PORT of this machine, such as 0.0.0.0:29400"
    )]
    Listen {
        /// The address as it was given.
        address: String,
        /// Reason given by the system.
        reason: String,
    },
    /// No host of this program answers at an address.
    #[error(
        "{address}: no run to join there ({reason}); accepted: HOST:PORT at which a run waits for devices"
    )]
    Join {
        /// The address as it was given.
        address: String,
        /// The last reason.
        reason: String,
    },
    /// Somebody does not speak as this version of the program does.
    #[error(
        "{name} is of another version of this program ({found}, here {expected}); accepted: one version on all machines"
    )]
    Version {
        /// Who.
        name: String,
        /// Its version.
        found: String,
        /// The version of this program.
        expected: String,
    },
    /// Waiting for others was given up.
    #[error("waiting for devices was stopped: {found} of {ranks} are here")]
    Stopped {
        /// Ranks that take part so far, this one included.
        found: usize,
        /// Ranks asked for.
        ranks: usize,
    },
    /// A rank is gone.
    #[error("rank {rank} of {ranks} ({name}): {reason}")]
    Left {
        /// The rank.
        rank: usize,
        /// Number of ranks.
        ranks: usize,
        /// Its name and address.
        name: String,
        /// How it ended.
        reason: String,
    },
    /// Ranks ask for different sums.
    #[error(
        "rank {rank} ({name}) sums {found} where {expected} is summed here: the ranks do not do the same"
    )]
    Order {
        /// The neighbour that asks for something else.
        rank: usize,
        /// Its name.
        name: String,
        /// Its sum.
        found: String,
        /// The sum here.
        expected: String,
    },
}

/// The reason of a failed read or write, in words.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted => "its connection closed".to_owned(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            format!("no word for {} s", crate::control::SILENCE.as_secs())
        }
        _ => error.to_string(),
    }
}
