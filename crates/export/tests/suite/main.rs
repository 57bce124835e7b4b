//! Exported networks in a runtime of others, against the native ones.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]
#![allow(clippy::float_cmp, reason = "indices of classes are whole")]

mod errors;
mod networks;
mod runtime;
