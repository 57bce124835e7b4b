//! Settings of kernels in the environment of a process.

use std::env::{self, VarError};

/// Which convolutions GPUs without units for matrices compute: `threads` takes products of matrices that threads
/// multiply in place of the framework's choice.
pub const CONVOLUTIONS: &str = "SCALENAS_CONVOLUTIONS";

const THREADS: &str = "threads";

/// Whether [`CONVOLUTIONS`] asks for products that threads multiply.
///
/// # Errors
/// A message that names the variable, its value and the accepted one, where they differ.
pub fn convolves_by_threads() -> Result<bool, String> {
    match env::var(CONVOLUTIONS) {
        Err(VarError::NotPresent) => Ok(false),
        Ok(value) if value == THREADS => Ok(true),
        Ok(value) => Err(format!("{CONVOLUTIONS} is {value:?}; accepted: {THREADS}, or unset it")),
        Err(error) => Err(format!("{CONVOLUTIONS}: {error}; accepted: {THREADS}, or unset it")),
    }
}
