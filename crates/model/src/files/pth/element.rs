//! Element types of storages.

use half::{bf16, f16};

/// Type of a storage's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Float16,
    BFloat16,
    Float32,
    Float64,
    /// Integers, complex and quantised numbers of so many bytes, which networks do not learn.
    Other(usize),
}

impl Element {
    /// Element type of a storage class, such as `torch.FloatStorage`; `None` for an unknown one.
    pub fn of_class(class: &str) -> Option<Self> {
        let class = class.rsplit('.').next()?;
        Some(match class {
            "HalfStorage" => Self::Float16,
            "BFloat16Storage" => Self::BFloat16,
            "FloatStorage" => Self::Float32,
            "DoubleStorage" => Self::Float64,
            "BoolStorage" | "ByteStorage" | "CharStorage" | "QInt8Storage" | "QUInt8Storage"
            | "UntypedStorage" => Self::Other(1),
            "ShortStorage" => Self::Other(2),
            "IntStorage" | "QInt32Storage" => Self::Other(4),
            "LongStorage" | "ComplexFloatStorage" => Self::Other(8),
            "ComplexDoubleStorage" => Self::Other(16),
            _ => return None,
        })
    }

    /// True for real floating-point numbers.
    pub fn is_float(self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// Bytes of one element.
    pub fn bytes(self) -> usize {
        match self {
            Self::Float16 | Self::BFloat16 => 2,
            Self::Float32 => 4,
            Self::Float64 => 8,
            Self::Other(bytes) => bytes,
        }
    }

    /// One little-endian floating-point element as float32.
    pub fn decode(self, bytes: &[u8]) -> f32 {
        match *bytes {
            [a, b] if self == Self::Float16 => f16::from_le_bytes([a, b]).to_f32(),
            [a, b] => bf16::from_le_bytes([a, b]).to_f32(),
            [a, b, c, d] => f32::from_le_bytes([a, b, c, d]),
            [a, b, c, d, e, f, g, h] => f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32,
            _ => unreachable!("floating-point elements have 2, 4 or 8 bytes"),
        }
    }
}
