//! Arguments and results of the operations.

use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;

/// Stride and padding of a convolution with a square kernel; the kernel's side is the weight's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConvGeometry {
    /// Step between outputs, in input pixels.
    pub stride: usize,
    /// Zeros around the input, in pixels.
    pub padding: usize,
}

/// Activation of an operation, applied last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Identity,
    /// `max(x, 0)`.
    Relu,
}

/// Result of a normalisation with batch statistics.
#[derive(Debug, Clone)]
pub struct NormOutput<B: Backend> {
    /// Normalised features `[batch, channels, height, width]`.
    pub output: FloatTensor<B>,
    /// Mean of the input `[channels]`.
    pub mean: FloatTensor<B>,
    /// Biased variance of the input `[channels]`.
    pub variance: FloatTensor<B>,
}

/// Where the mean and variance of a normalisation came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The batch: they depend on the input.
    Batch,
    /// Given: they are constants.
    Given,
}

/// Values that a normalisation keeps for its gradients.
#[derive(Debug, Clone)]
pub struct NormState<B: Backend> {
    /// Input `[batch, channels, height, width]`.
    pub x: FloatTensor<B>,
    /// Scale `[channels]`.
    pub weight: FloatTensor<B>,
    /// Shift `[channels]`.
    pub bias: FloatTensor<B>,
    /// Mean `[channels]`.
    pub mean: FloatTensor<B>,
    /// Biased variance `[channels]`.
    pub variance: FloatTensor<B>,
    /// Added to the variance.
    pub epsilon: f64,
    /// Where mean and variance came from.
    pub origin: Origin,
    /// Activation that followed.
    pub activation: Activation,
    /// The output, where a ReLU followed a residual; without one the input tells its sign.
    pub output: Option<FloatTensor<B>>,
}

/// Gradients of a normalisation.
#[derive(Debug, Clone)]
pub struct NormGradients<B: Backend> {
    /// Of the input.
    pub x: FloatTensor<B>,
    /// Of the scale.
    pub weight: FloatTensor<B>,
    /// Of the shift.
    pub bias: FloatTensor<B>,
    /// Of the residual, where the state has the output. (Without an activation it is the gradient
    /// itself.)
    pub residual: Option<FloatTensor<B>>,
}

/// Log-likelihood of labelled pixels.
#[derive(Debug, Clone)]
pub struct LogLikelihood<B: Backend> {
    /// Logarithm of the probability of each pixel's label `[batch, height, width]`; 0 where the label is no class.
    pub values: FloatTensor<B>,
    /// Logarithm of the sum over classes of the scores' exponentials `[batch, height, width]`, which gradients need.
    pub normaliser: FloatTensor<B>,
}

/// Coefficients of a step of Adam.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamStep {
    /// Learning rate.
    pub learning_rate: f64,
    /// Decay of the mean of gradients.
    pub beta_1: f64,
    /// Decay of the mean of their squares.
    pub beta_2: f64,
    /// Added to the root of the latter.
    pub epsilon: f64,
    /// Factor of the parameter before its change: 1, or less with decoupled weight decay.
    pub keep: f64,
    /// Number of this step, from 1.
    pub time: usize,
}

impl AdamStep {
    /// Corrections of both means, which start at zero: `1 - beta ^ time`.
    pub(crate) fn corrections(&self) -> [f64; 2] {
        let time = i32::try_from(self.time).unwrap_or(i32::MAX);
        [self.beta_1, self.beta_2].map(|beta| 1.0 - beta.powi(time))
    }
}

/// A parameter and what Adam remembers of its gradients, all of one shape.
#[derive(Debug, Clone)]
pub struct AdamValues<B: Backend> {
    /// The parameter.
    pub weight: FloatTensor<B>,
    /// Mean of gradients.
    pub mean: FloatTensor<B>,
    /// Mean of squared gradients.
    pub square: FloatTensor<B>,
}

/// A parameter in a step of Adam.
#[derive(Debug, Clone)]
pub struct AdamParameter<B: Backend> {
    /// The parameter and its means.
    pub values: AdamValues<B>,
    /// Gradient of the parameter.
    pub gradient: FloatTensor<B>,
    /// Coefficients; parameters that are trained in some steps only count their own.
    pub step: AdamStep,
}
