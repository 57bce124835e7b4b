//! Operations through the framework's fusion layer: composed, for it is what fuses them.

use burn_fusion::{Fusion, FusionBackend};

use crate::backend::KernelBackend;

impl<B: FusionBackend> KernelBackend for Fusion<B> {}
