//! Exported networks in a runtime of others, against the native ones.

#![allow(clippy::unwrap_used, reason = "tests")]

mod errors;
mod networks;
mod runtime;
