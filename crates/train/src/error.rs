//! Errors of training and evaluation: kind, context and cause.

use std::path::PathBuf;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Cause of a file error: of the system, of a format, or a sentence.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Failure that names file, key and value.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of a run cannot be read or written.
    #[error("failed to {action} {path}: {source}")]
    File {
        /// `read`, `write`, `create`, `replace` or `remove`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Reason of the failure.
        source: Cause,
    },
    /// A new run would replace the run of a folder.
    #[error("{path} holds a run already")]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// Another process works in the folder of a run.
    #[error("{path}: another process works in this folder: {holder}")]
    Locked {
        /// The folder.
        path: PathBuf,
        /// Process and machine.
        holder: String,
    },
    /// A folder holds no run.
    #[error("{path} is not a run folder: it has no run.json")]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
    /// A run was made with other options than the given ones.
    #[error("{path} was trained with {key} = {found}, but {given} is asked for")]
    Changed {
        /// File of the run.
        path: PathBuf,
        /// Option that differs.
        key: String,
        /// Value of the run.
        found: String,
        /// Given value.
        given: String,
    },
    /// An option is out of range.
    #[error("option {key} is {value}, accepted: {accepted}")]
    Option {
        /// Key of the option.
        key: &'static str,
        /// Value of the option.
        value: String,
        /// Accepted values.
        accepted: &'static str,
    },
    /// A run has data for more or fewer tasks than its space has heads.
    #[error("space {space} has {heads} tasks, but there is data for {found}")]
    Tasks {
        /// Name of the space.
        space: String,
        /// Number of heads.
        heads: usize,
        /// Number of tasks with data.
        found: usize,
    },
    /// A data set is smaller than a batch.
    #[error("{found} {unit} in {data} do not fill one batch of {batch}; lower `batch`")]
    TooFew {
        /// Number of samples.
        found: usize,
        /// Plural noun of the samples.
        unit: String,
        /// Folder of the data set.
        data: String,
        /// Samples per batch.
        batch: usize,
    },
    /// A teacher is of another space.
    #[error(
        "{path} holds weights of the space {found}, but the run is of {given}; accepted: a supernet or a single \
         network of {given}"
    )]
    Teacher {
        /// The file.
        path: PathBuf,
        /// Space of the weights.
        found: String,
        /// Space of the run.
        given: String,
    },
    /// The loss is infinite or not a number.
    #[error(
        "the loss is {loss} in iteration {iteration} (subnet {architecture}, first in {layer}); lower \
         `learning_rate`, limit gradients with `clip`, or resume from the last checkpoint"
    )]
    Diverged {
        /// Iteration from 0.
        iteration: u64,
        /// Ids of the subnets.
        architecture: String,
        /// First layer, in order of execution, whose features are infinite or no numbers.
        layer: String,
        /// The loss.
        loss: f64,
    },
    /// Processes that train together do not have the same data or checkpoint.
    #[error(
        "rank {rank} ({place}): {name}: {value}, but {first} at the first rank; accepted: the same data and run folder \
         on all machines"
    )]
    Unlike {
        /// The rank.
        rank: usize,
        /// Its name.
        place: String,
        /// Name of the value that differs.
        name: &'static str,
        /// Its value.
        value: u64,
        /// The first rank's.
        first: u64,
    },
    /// Processes that train together.
    #[error(transparent)]
    Collective(#[from] scalenas_collective::Error),
    /// A data set, its pictures or its annotations.
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
        source: impl Into<Cause>,
    ) -> Self {
        Self::File { action, path: path.into(), source: source.into() }
    }
}
