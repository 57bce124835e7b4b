//! Operations through the framework's fusion layer: composed, for it is what fuses them.

use burn::tensor::DType;
use burn::tensor::backend::Backend;
use burn_fusion::{Fusion, FusionBackend};

use crate::backend::KernelBackend;

impl<B: FusionBackend> KernelBackend for Fusion<B> {
    fn is_faster_in_bfloat16(device: &Self::Device) -> bool {
        Self::supports_dtype(device, DType::BF16)
    }
}
