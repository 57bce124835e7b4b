//! The training loop on burn-train; no other module names that crate.

pub mod learner;
pub mod renderer;
pub mod strategy;
