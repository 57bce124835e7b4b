//! A convolution: its weight, geometry and instruction set, and what is added to its sums.

use burn_backend::TensorMetadata;
use burn_flex::FlexTensor;

use super::weights::{Direction, WeightView};
use crate::cpu::epilogue::Epilogue;
use crate::cpu::maps::Maps;
use crate::cpu::simd::{Element, Isa};
use crate::types::{Activation, ConvGeometry};

/// Whether rearranged weights are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reuse {
    /// Weights that change with every step.
    Never,
    /// Until the weight is dropped: inference.
    WhileAlive,
}

/// Algorithm that computes a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Algorithm {
    /// Tap by tap.
    Direct,
    /// Tap by tap, by products of bfloat16.
    Half,
    /// Winograd's, with weights that are transformed before.
    Winograd,
    /// Winograd's, with weights that are transformed where they are used.
    WinogradOnce,
}

/// Bias, residual and activation that follow a convolution's sums.
pub(crate) struct Addition<'a, E = f32> {
    /// `[out]`.
    pub bias: Option<&'a [f32]>,
    /// Laid out like the output.
    pub residual: Option<&'a Maps<E>>,
    pub activation: Activation,
}

impl<E: Element> Addition<'_, E> {
    /// Nothing.
    pub const NONE: Self =
        Addition { bias: None, residual: None, activation: Activation::Identity };

    pub fn epilogue(&self) -> Epilogue<E> {
        Epilogue {
            bias: self.bias.map_or(std::ptr::null(), <[f32]>::as_ptr),
            residual: self.residual.map_or(std::ptr::null(), Maps::as_ptr),
            activation: self.activation,
        }
    }
}

/// A convolution: a contiguous weight `[out, in, kernel, kernel]`, how it is laid over the input, and
/// the instruction set that computes it.
#[derive(Clone, Copy)]
pub(crate) struct Conv<'a> {
    pub weight: &'a FlexTensor,
    pub geometry: ConvGeometry,
    pub reuse: Reuse,
    pub isa: Isa,
}

impl<'a> Conv<'a> {
    /// Shape `[out, in, kernel, kernel]` of the weight.
    pub fn shape(&self) -> [usize; 4] {
        self.weight.shape().dims()
    }

    /// The weight in the direction of application.
    pub fn view(&self, direction: Direction) -> WeightView<'a> {
        let values = self.weight.as_slice().expect("the caller makes weights contiguous");
        WeightView::new(values, self.shape(), direction)
    }
}
