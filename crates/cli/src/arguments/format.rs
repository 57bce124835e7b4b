//! Number format of features.

use clap::ValueEnum;
use scalenas_train::Precision;

/// Number format of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Float32
    F32,
    /// Bfloat16
    Bf16,
}

impl Format {
    /// Option of training for this format.
    pub fn precision(self) -> Precision {
        match self {
            Self::F32 => Precision::F32,
            Self::Bf16 => Precision::Bf16,
        }
    }

    /// Name on the command line and in results.
    pub fn name(self) -> &'static str {
        self.precision().name()
    }
}
