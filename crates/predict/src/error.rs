//! Errors of reading a network and of predicting.

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A network that cannot be read, or a picture that it cannot predict.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("failed to read {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Reason from the system.
        source: std::io::Error,
    },
    /// The description is not one of an exported network.
    #[error("the description of {name} is not one that export writes beside a network: {reason}")]
    Description {
        /// The network.
        name: String,
        /// The first key that does not fit, and what is accepted.
        reason: String,
    },
    /// The task has no prediction here.
    #[error(
        "a network of the task {task} is not predicted here; accepted: top_down, segmentation (infer predicts all)"
    )]
    Task {
        /// Name of the task.
        task: String,
    },
    /// A box was given to a task that looks at whole pictures.
    #[error("the task looks at whole pictures; accepted: a prediction without a box")]
    Box,
    /// Weights and description are of different networks.
    #[error(
        "the weights predict {found} outputs, but the description names {named}; they are of different networks"
    )]
    Outputs {
        /// Outputs of the weights.
        found: usize,
        /// Joints or classes of the description.
        named: usize,
    },
    /// The weights cannot be read.
    #[error(transparent)]
    Model(#[from] scalenas_model::Error),
    /// Maps of another size than the task expects.
    #[error(transparent)]
    Data(#[from] scalenas_data::Error),
    /// Class scores that cannot be decoded.
    #[error(transparent)]
    Eval(#[from] scalenas_eval::Error),
    /// Maps that do not leave the device.
    #[error("failed to read a prediction from the device: {reason}")]
    Device {
        /// Reason from the framework.
        reason: String,
    },
}
