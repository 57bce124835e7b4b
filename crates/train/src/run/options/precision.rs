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
}

impl Precision {
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
            Self::F32 => DType::F32,
            Self::Bf16 => DType::BF16,
        }
    }

    /// Bytes per number.
    pub fn bytes(self) -> u64 {
        match self {
            Self::F32 => 4,
            Self::Bf16 => 2,
        }
    }
}
