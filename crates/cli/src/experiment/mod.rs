//! Experiment files: text, changes from the command line, checked experiment.

mod changes;
mod check;
mod document;
mod input;
mod parse;
mod quickstart;
mod read;
mod space;
pub mod synthetic;
mod value;

pub use document::Experiment;
pub use space::space;
