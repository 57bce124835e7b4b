//! Versions of the ONNX operators.

use crate::error::{Error, Result};

/// Oldest and newest accepted version of the operators.
const OPSETS: (i64, i64) = (17, 21);

/// Version of the ONNX operators of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opset(i64);

impl Opset {
    /// Oldest accepted version: every runtime has its operators.
    pub const OLDEST: Self = Self(OPSETS.0);

    /// A version that this crate writes.
    ///
    /// # Errors
    /// [`Error::Opset`] for another one.
    pub fn new(version: i64) -> Result<Self> {
        let (first, last) = OPSETS;
        if (first..=last).contains(&version) {
            return Ok(Self(version));
        }
        Err(Error::Opset { found: version, first, last })
    }

    /// The version.
    pub fn version(self) -> i64 {
        self.0
    }
}
