//! Batches made ahead of time by worker threads, in an order that threads cannot change.
//!
//! Invariants: at most [`LoaderConfig::in_flight`] batches exist at a time, being made or waiting
//! (besides the one handed out); batches and errors come in the order of the epoch; dropping the
//! loader ends its threads after at most one picture each.

mod batches;
mod config;
mod queue;
mod source;

pub use batches::BatchLoader;
pub use config::{BatchPart, LoaderConfig, Order, Remainder};
pub use source::{BatchSource, Samples};
