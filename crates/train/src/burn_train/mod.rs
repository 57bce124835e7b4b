//! The training loop on burn-train; no other module names that crate.

pub mod checkpointer;
pub mod items;
pub mod launch;
pub mod learner;
pub mod metrics;
pub mod records;
pub mod renderer;
pub mod session;
pub mod setup;
pub mod strategy;
