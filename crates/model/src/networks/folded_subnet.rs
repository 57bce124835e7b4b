//! A calibrated subnet of a supernet with folded normalisation: many predictions with the same statistics.

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use scalenas_kernels::KernelBackend;
use scalenas_kernels::precision::cast;

use super::calibrated::Calibrated;
use super::supernet::Supernet;
use crate::layers::folded::Folded;
use crate::layers::heads::Prediction;
use crate::layers::norms::Norms;

/// A subnet whose convolutions do the work of their normalisations. It keeps the supernet's weights as they were when it
/// was folded.
#[derive(Debug, Clone)]
pub struct FoldedSubnet<'a, B: Backend> {
    supernet: &'a Supernet<B>,
    subnet: Calibrated<B>,
    folded: Folded<B>,
    /// Number format of features.
    format: DType,
}

impl<'a, B: KernelBackend> FoldedSubnet<'a, B> {
    /// Folds the layers that the subnet runs, for features in a number format.
    pub fn new(supernet: &'a Supernet<B>, subnet: Calibrated<B>, format: DType) -> Self {
        let mut folded = supernet.fold(&subnet);
        folded.prepare(format);
        Self { supernet, subnet, folded, format }
    }

    /// The subnet with its statistics.
    pub fn calibrated(&self) -> &Calibrated<B> {
        &self.subnet
    }

    /// Normalised pictures `[batch, 3, height, width]` to predictions, which equal those of [`Supernet::predict`] within
    /// rounding to the format.
    pub fn predict(&self, images: Tensor<B, 4>) -> Prediction<B> {
        let images = cast(images, self.format);
        self.supernet.run(images, self.subnet.plan(), &mut Norms::Folded(&self.folded))
    }
}
