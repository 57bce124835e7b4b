//! Architectures, cost, sampling and files.

#[path = "../../../../tests/shared.rs"]
mod shared;

mod function;
mod golden;
mod properties;
mod published_costs;
