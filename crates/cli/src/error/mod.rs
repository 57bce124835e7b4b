//! Errors at the top: exit code and hint of every kind of error.

mod exit;
mod libraries;
mod user;
mod verdict;

pub use exit::{exit_code, hint};
pub use user::user;
