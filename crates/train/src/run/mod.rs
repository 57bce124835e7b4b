//! Training runs: description, folder, options, batches, checkpoints, metrics, progress.

pub mod average;
pub mod batch;
pub mod checkpoint;
pub mod folder;
pub mod info;
pub mod loader;
pub mod losses;
pub mod optimiser;
pub mod options;
mod place;
pub mod plan;
pub mod progress;
pub mod ranks;
pub mod start;
pub mod teacher;
pub mod turns;
