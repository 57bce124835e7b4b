//! The weight-sharing supernet and the networks extracted from it, as burn modules.
//!
//! Source: ScaleNAS (arXiv 2011.14584) over the HRNet reference network.
//!
//! Invariants:
//! - modules hold learnable parameters only; normalisation statistics are a value of their own
//!   ([`Statistics`]), so that evaluating a subnet without its statistics does not type-check;
//! - a forward pass follows a [`scalenas_space::plan::Plan`] and computes the layers it lists,
//!   nothing else;
//! - every parameter carries its PyTorch checkpoint name, so import, export and reports share it.

mod backbone;
mod block;
mod conv;
mod doubling;
mod edge;
mod error;
mod files;
mod fold;
mod head;
mod module;
mod norm;
mod parameters;
mod prediction;
mod scalenet;
mod statistics;
mod stem;
mod store;
mod supernet;
mod transition;
mod unit;
mod upsample;

pub use error::{Error, Result};
pub use files::import;
pub use fold::InferenceNet;
pub use norm::Norms;
pub use parameters::{Absent, Applied, NamedParameters, NamedTensors, Parameter};
pub use prediction::Prediction;
pub use scalenet::{ScaleNet, Subnet};
pub use statistics::{BatchStatistics, Calibration, LayerStatistics, Statistics};
pub use store::{load_supernet, save_supernet};
pub use supernet::Supernet;
pub use upsample::upsample_bilinear;
