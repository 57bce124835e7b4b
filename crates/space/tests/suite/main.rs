//! Architectures, cost, sampling and files.

mod function;
mod golden;
mod properties;
