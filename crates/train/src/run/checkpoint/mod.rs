//! Checkpoints: weights, optimiser, schedule and statistics of one iteration.
//!
//! A checkpoint is a folder named by its iteration, complete or absent: all files are written into
//! a folder under a temporary name, which is renamed at the end.

pub mod folder;
pub mod record_shapes;
