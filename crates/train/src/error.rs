//! What can go wrong while training or evaluating.

use std::path::PathBuf;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that names the file, key and value.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of the run cannot be read or written.
    #[error("failed to {action} {path}: {reason}")]
    File {
        /// `read`, `write` or `create`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A run folder is there already.
    #[error(
        "{path} holds a run already; continue it with --resume {path}, replace it with --force, or \
         choose another folder with --out"
    )]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// A folder holds no run.
    #[error("{path} is not a run folder: it has no run.json; runs are made by `supernet`")]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
    /// A run was made with other options than the ones given.
    #[error(
        "{path} was trained with {key} = {found}, but {given} is asked for; use --force to start over"
    )]
    Changed {
        /// The run's file.
        path: PathBuf,
        /// Option that differs.
        key: String,
        /// Value of the run.
        found: String,
        /// Value asked for.
        given: String,
    },
    /// An option is out of range.
    #[error("option {key} is {value}, accepted: {accepted}")]
    Option {
        /// Which.
        key: &'static str,
        /// Its value.
        value: String,
        /// What is accepted.
        accepted: &'static str,
    },
    /// The data set is smaller than a batch.
    #[error("{found} {unit} in {data} do not fill one batch of {batch}; lower `batch`")]
    TooFew {
        /// How many samples there are.
        found: usize,
        /// What they are.
        unit: &'static str,
        /// Where they are.
        data: String,
        /// Batch size.
        batch: usize,
    },
    /// The loss is not a number any more.
    #[error(
        "the loss is {loss} in iteration {iteration} (subnet {architecture}); lower `learning_rate` \
         or resume from the last checkpoint"
    )]
    Diverged {
        /// Iteration from 0.
        iteration: u64,
        /// Id of the subnet.
        architecture: String,
        /// The loss.
        loss: f64,
    },
    /// Data set, pictures, annotations.
    #[error(transparent)]
    Data(#[from] scalenas_data::Error),
    /// Results and their evaluation.
    #[error(transparent)]
    Eval(#[from] scalenas_eval::Error),
    /// Weights.
    #[error(transparent)]
    Model(#[from] scalenas_model::Error),
    /// Spaces and architectures.
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
