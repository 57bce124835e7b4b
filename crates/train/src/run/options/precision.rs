//! Number format of features.

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use scalenas_kernels::precision::cast;
use serde::{Deserialize, Serialize};

/// Number format of features in training; weights, statistics and losses are float32 in both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Precision {
    /// Float32.
    #[default]
    F32,
    /// Bfloat16: half of the memory, fast on GPUs with units for it.
    Bf16,
    /// Bfloat16 where the device is faster in it, otherwise float32; float32 until it is settled for one.
    Auto,
}

impl Precision {
    /// The format to compute in, on a device that is faster in bfloat16 or is not.
    #[must_use]
    pub fn settled(self, is_faster_in_bfloat16: bool) -> Self {
        match self {
            Self::Auto if is_faster_in_bfloat16 => Self::Bf16,
            Self::Auto => Self::F32,
            given => given,
        }
    }

    /// Whether a device computes in this format.
    pub fn fits<B: Backend>(self, device: &B::Device) -> bool {
        B::supports_dtype(device, self.dtype())
    }

    /// Converts features to this format.
    pub fn convert<B: Backend, const D: usize>(self, features: Tensor<B, D>) -> Tensor<B, D> {
        cast(features, self.dtype())
    }

    /// Element type of tensors.
    pub fn dtype(self) -> DType {
        match self {
            Self::F32 | Self::Auto => DType::F32,
            Self::Bf16 => DType::BF16,
        }
    }

    /// Name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 | Self::Auto => "f32",
            Self::Bf16 => "bf16",
        }
    }

    /// Bytes per number.
    pub fn bytes(self) -> u64 {
        match self {
            Self::F32 | Self::Auto => 4,
            Self::Bf16 => 2,
        }
    }
}
