//! Predictions of an exported network on one picture, without folders, threads or a command line: for
//! applications and browsers.
//!
//! A network is what `export` writes: weights (`.safetensors`) and their description (`.json`), as files or as
//! bytes. It runs with folded normalisation, on any backend.

mod description;
mod error;
mod predictor;
mod task;

#[cfg(target_arch = "wasm32")]
mod browser;

pub use error::{Error, Result};
pub use predictor::Predictor;
pub use task::{Joint, Predicted};
