//! Convolutions: which algorithm runs, and the entry points for forward pass and both gradients.

mod choice;
mod direct;
mod gradient;
mod packed;
mod sweep;
pub(crate) mod weights;

use burn_flex::FlexTensor;

use self::direct::Direct;

use self::packed::{Algorithm, Packed};
pub(crate) use self::packed::{Reuse, purge};
use self::sweep::Sweep;
use self::weights::{Direction, WeightView};
use super::epilogue::Epilogue;
use super::maps::{Extent, Maps};
use super::simd::Isa;
use super::winograd::{self, Outcome, Weights, Winograd};
use crate::backend::{Activation, ConvGeometry};

/// What is added to a convolution's sums.
pub(crate) struct Addition<'a> {
    /// `[out]`.
    pub bias: Option<&'a [f32]>,
    /// Laid out like the output.
    pub residual: Option<&'a Maps>,
    pub activation: Activation,
}

impl Addition<'_> {
    /// Nothing.
    pub const NONE: Self =
        Addition { bias: None, residual: None, activation: Activation::Identity };

    fn epilogue(&self) -> Epilogue {
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

/// `activation(conv(x) + bias + residual)`.
pub(crate) fn forward(x: &Maps, conv: Conv<'_>, addition: &Addition<'_>) -> Maps {
    let [channels, _, kernel, _] = packed::shape(conv.weight);
    let Extent { batch, height, width, .. } = x.extent;
    let [height, width] = [height, width].map(|n| sweep::output_size(n, kernel, conv.geometry));
    let mut output = Maps::new(Extent { batch, channels, height, width });
    let sweep = || vec![sweep::forward(kernel, conv.geometry, [height, width])];
    let padding = Some(conv.geometry.padding);
    apply(x, conv, Direction::Forward, padding, sweep, addition, &mut output);
    output
}

/// Gradient of the input of extent `input`, given that of the output, added to `sum` if there is
/// one already.
pub(crate) fn input_gradient(dy: &Maps, conv: Conv<'_>, input: Extent, sum: Option<&Maps>) -> Maps {
    let kernel = packed::shape(conv.weight)[2];
    let mut output = Maps::new(input);
    let sweeps = || sweep::backward(kernel, conv.geometry, [input.height, input.width]);
    let padding = (kernel - 1).checked_sub(conv.geometry.padding);
    let addition = Addition { residual: sum, ..Addition::NONE };
    apply(dy, conv, Direction::Backward, padding, sweeps, &addition, &mut output);
    output
}

/// Gradient of the weight, contiguous `[out, in, kernel, kernel]`.
pub(crate) fn weight_gradient(
    x: &Maps,
    dy: &Maps,
    kernel: usize,
    geometry: ConvGeometry,
    isa: Isa,
    gradient: &mut [f32],
) {
    if x.extent.pixels() == 0 || dy.extent.pixels() == 0 {
        gradient.fill(0.0);
        return;
    }
    if choice::gradient(kernel, geometry, isa, &x.extent, &dy.extent) == Algorithm::Winograd {
        let outcome = winograd::weight_gradient(x, dy, geometry.padding, isa, gradient);
        if outcome == Outcome::Finite {
            return;
        }
    }
    gradient::weight_gradient(x, dy, kernel, geometry, isa, gradient);
}

/// Applies a weight in either direction; `padding` is that of the equivalent forward convolution
/// at stride 1.
fn apply(
    x: &Maps,
    conv: Conv<'_>,
    direction: Direction,
    padding: Option<usize>,
    sweeps: impl Fn() -> Vec<Sweep>,
    addition: &Addition<'_>,
    output: &mut Maps,
) {
    if output.extent.len() == 0 {
        return;
    }
    let algorithm = choice::application(conv, &x.extent, &output.extent, padding);
    let packed = packed::get(conv, direction, algorithm);
    let view = weight_view(&conv, direction);
    let weights = match &*packed {
        Packed::Direct(weights) => return apply_directly(x, weights, &sweeps(), addition, output),
        Packed::Plain => Weights::Plain(view),
        Packed::Winograd(weights) => Weights::Transformed(weights),
    };
    let winograd = Winograd {
        input: x.as_ptr(),
        input_extent: x.extent,
        padding: padding.expect("Winograd's algorithm is chosen only if there is one"),
        output: output.as_mut_slice().as_mut_ptr(),
        output_extent: output.extent,
        weights,
        epilogue: addition.epilogue(),
        isa: conv.isa,
    };
    #[expect(unsafe_code, reason = "the algorithm works on pointers")]
    // SAFETY: all maps live until the call returns, and the output is not shared.
    let outcome = unsafe { winograd::run(winograd) };
    if outcome == Outcome::NotFinite {
        apply_directly(
            x,
            &weights::PackedWeights::new(&view, conv.isa),
            &sweeps(),
            addition,
            output,
        );
    }
}

fn apply_directly(
    x: &Maps,
    weights: &weights::PackedWeights,
    sweeps: &[Sweep],
    addition: &Addition<'_>,
    output: &mut Maps,
) {
    for sweep in sweeps {
        let direct = Direct {
            input: x.as_ptr(),
            input_extent: x.extent,
            output: output.as_mut_slice().as_mut_ptr(),
            output_extent: output.extent,
            weights,
            sweep,
            epilogue: addition.epilogue(),
        };
        #[expect(unsafe_code, reason = "the algorithm works on pointers")]
        // SAFETY: all maps live until the call returns, and the output is not shared.
        unsafe {
            direct::run(direct);
        }
    }
}

fn weight_view<'a>(conv: &Conv<'a>, direction: Direction) -> WeightView<'a> {
    let values = conv.weight.as_slice().expect("the caller makes weights contiguous");
    WeightView::new(values, packed::shape(conv.weight), direction)
}
