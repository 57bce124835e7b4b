//! Layer: a convolution with its bias and normalisation, and their exact parameters and MACs.

use scalenas_base::Size;

/// Added to the variance in every normalisation, as PyTorch does.
pub const NORM_EPSILON: f64 = 1e-5;

/// Operations after a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Batch normalisation: scale and shift.
    Norm,
    /// A bias.
    Bias,
    /// A bias, then batch normalisation.
    BiasNorm,
}

/// Maps that a layer reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Maps of one size.
    One,
    /// Those of all branches, as if they had the finest size and lay side by side: a 1x1 convolution commutes with
    /// interpolation, so that each is convolved at its own size.
    Branches,
}

/// A convolution with its bias and normalisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Checkpoint name of the convolution, without `.weight`.
    pub name: String,
    /// Input channels.
    pub input: usize,
    /// Output channels.
    pub output: usize,
    /// Side of the kernel, in pixels.
    pub kernel: usize,
    /// Stride.
    pub stride: usize,
    /// Height and width of the output, in pixels.
    pub size: Size,
    /// Bias and normalisation.
    pub tail: Tail,
    /// Plain or transposed.
    pub kind: ConvKind,
    /// Where its input comes from.
    pub source: Source,
}

/// Effect of a convolution's stride on the size of its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConvKind {
    /// Output smaller than the input by the factor `stride`.
    Plain,
    /// Transposed convolution: output larger than the input by the factor `stride`.
    Transposed,
}

impl Layer {
    /// Number of weights, biases, scales and shifts.
    pub fn parameters(&self) -> u64 {
        let vectors = match self.tail {
            Tail::Bias => 1,
            Tail::Norm => 2,
            Tail::BiasNorm => 3,
        };
        self.weights() + vectors * self.output as u64
    }

    /// Multiply-accumulates with weights for one picture.
    pub fn macs(&self) -> u64 {
        let pixels = (self.size.height * self.size.width) as u64;
        match self.kind {
            ConvKind::Plain => self.weights() * pixels,
            ConvKind::Transposed => self.weights() * pixels / (self.stride * self.stride) as u64,
        }
    }

    /// Float32 bytes of the output of one picture.
    pub fn output_bytes(&self) -> u64 {
        4 * (self.output * self.size.pixels()) as u64
    }

    fn weights(&self) -> u64 {
        (self.kernel * self.kernel * self.input * self.output) as u64
    }
}
