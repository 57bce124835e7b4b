//! Experiment files: the text that a user writes, its changes, and the checked experiment.

mod changes;
mod document;
mod parse;
pub mod synthetic;

pub use document::Experiment;
