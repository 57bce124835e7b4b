//! How normalisation behaves in one forward pass.
//!
//! The mode is explicit: a backend with autodiff does not imply training, and a backend without
//! does not imply evaluation (calibration runs batch statistics without gradients).

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{Activation, KernelBackend, ops};

use crate::fold::Folded;
use crate::statistics::{BatchStatistics, Statistics};
use crate::unit::ConvNorm;

/// Added to the variance before the square root, as in the reference.
pub(crate) const EPSILON: f64 = 1e-5;

/// Where the normalisation layers of a forward pass take their mean and variance from.
pub enum Norms<'a, B: Backend> {
    /// The batch itself; what was seen is collected. Training and calibration.
    Batch(&'a mut BatchStatistics<B>),
    /// Given statistics. Evaluation.
    Frozen(&'a Statistics<B>),
    /// Nowhere: they are already folded into the convolutions. Inference.
    #[doc(hidden)]
    Folded(&'a Folded<B>),
}

impl<B: KernelBackend> Norms<'_, B> {
    /// `activation(norm(conv(x)) + residual)` of one unit.
    ///
    /// # Panics
    /// If the given statistics do not cover the unit: they belong to another subnet.
    pub(crate) fn run(
        &mut self,
        unit: &ConvNorm<B>,
        x: Tensor<B, 4>,
        residual: Option<Tensor<B, 4>>,
        activation: Activation,
    ) -> Tensor<B, 4> {
        match self {
            Self::Batch(batch) => {
                let x = unit.convolve(x);
                let shape = x.dims();
                let (scale, shift) = (unit.scale.val(), unit.shift.val());
                let (y, mean, variance) =
                    ops::norm_batch(x, scale, shift, EPSILON, residual, activation);
                batch.record(&unit.norm_name, mean, variance, shape);
                y
            }
            Self::Frozen(statistics) => {
                let layer = statistics.get(&unit.norm_name).unwrap_or_else(|| {
                    panic!(
                        "no statistics for layer {}: calibrate this subnet first",
                        unit.norm_name
                    )
                });
                let x = unit.convolve(x);
                ops::norm_frozen(
                    x,
                    unit.scale.val(),
                    unit.shift.val(),
                    layer.mean.clone(),
                    layer.variance.clone(),
                    EPSILON,
                    residual,
                    activation,
                )
            }
            Self::Folded(folded) => folded.run(unit, x, residual, activation),
        }
    }
}
