//! Errors at the top: exit code and hint of every kind of error.

mod libraries;
mod user;
mod verdict;

pub use user::user;
pub use verdict::{exit_code, hint};
