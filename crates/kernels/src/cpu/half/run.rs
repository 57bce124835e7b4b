//! The entry points: forward pass and both gradients. Tap by tap by products of bfloat16 where the processor has them, in
//! float32 otherwise; by Winograd's algorithm in float32 where that is faster.

use burn_std::bf16;

use super::apply::{Application, apply};
use super::{gradient, unfold};
use crate::cpu::conv::packed::{self, Packed};
use crate::cpu::conv::weights::Direction;
use crate::cpu::conv::{self, Addition, Algorithm, Conv, choice, sweep, tiles};
use crate::cpu::convert::convert;
use crate::cpu::maps::{Extent, Maps};
use crate::cpu::simd::{DEPTH, Isa, Multiplier};
use crate::cpu::winograd::{self, Outcome};
use crate::types::ConvGeometry;

/// `activation(conv(x) + bias + residual)`.
pub(crate) fn forward(x: &Maps<bf16>, conv: Conv<'_>, addition: &Addition<'_, bf16>) -> Maps<bf16> {
    let [channels, _, kernel, _] = conv.shape();
    let Extent { batch, height, width, .. } = x.extent;
    let [height, width] = [height, width].map(|n| sweep::output_size(n, kernel, conv.geometry));
    let extent = Extent { batch, channels, height, width };
    let padding = Some(conv.geometry.padding);
    if let Some(output) = by_winograd(x, conv, Direction::Forward, padding, addition, extent) {
        return output;
    }
    if Multiplier::beats_winograd(conv.isa) && unfold::fits(&conv) && extent.len() > 0 {
        return by_unfolding(x, conv, addition, extent);
    }
    if !Multiplier::exists(conv.isa) || is_mostly_padding(x.extent.channels, conv.isa) {
        let residual = addition.residual.map(convert);
        let Addition { bias, activation, .. } = *addition;
        let addition = Addition { bias, residual: residual.as_ref(), activation };
        return convert(&conv::forward(&convert(x), conv, &addition));
    }
    let sweeps = [sweep::forward(kernel, conv.geometry, [height, width])];
    by_products(x, conv, Direction::Forward, &sweeps, addition, extent)
}

/// Gradient of the input of extent `input`, given that of the output, added to `sum` if there is one already.
pub(crate) fn input_gradient(
    dy: &Maps<bf16>,
    conv: Conv<'_>,
    input: Extent,
    sum: Option<&Maps<bf16>>,
) -> Maps<bf16> {
    let kernel = conv.shape()[2];
    let addition = Addition { residual: sum, ..Addition::NONE };
    let padding = (kernel - 1).checked_sub(conv.geometry.padding);
    if let Some(output) = by_winograd(dy, conv, Direction::Backward, padding, &addition, input) {
        return output;
    }
    if !Multiplier::exists(conv.isa) {
        let sum = sum.map(convert);
        return convert(&conv::input_gradient(&convert(dy), conv, input, sum.as_ref()));
    }
    let sweeps = sweep::backward(kernel, conv.geometry, [input.height, input.width]);
    by_products(dy, conv, Direction::Backward, &sweeps, &addition, input)
}

/// Gradient of the weight, contiguous `[out, in, kernel, kernel]`.
pub(crate) fn weight_gradient(
    x: &Maps<bf16>,
    dy: &Maps<bf16>,
    kernel: usize,
    geometry: ConvGeometry,
    isa: Isa,
    gradient: &mut [f32],
) {
    if x.extent.pixels() == 0 || dy.extent.pixels() == 0 {
        gradient.fill(0.0);
        return;
    }
    if !Multiplier::beats_winograd(isa)
        && choice::gradient(kernel, geometry, isa, &x.extent, &dy.extent) == Algorithm::Winograd
        && winograd::weight_gradient(x, dy, geometry.padding, isa, gradient) == Outcome::Finite
    {
        return;
    }
    if Multiplier::exists(isa) {
        gradient::weight_gradient(x, dy, kernel, geometry, isa, gradient);
        // Positions between two rows are zeros times pixels, which is nothing for finite pixels alone.
        if all_finite(gradient) {
            return;
        }
    }
    conv::weight_gradient(&convert(x), &convert(dy), kernel, geometry, isa, gradient);
}

/// Whether all values are finite; without an early end, so that it is computed in vectors.
fn all_finite(values: &[f32]) -> bool {
    let exponent = |value: &f32| value.to_bits() & f32::INFINITY.to_bits();
    values.iter().map(exponent).fold(0, u32::max) < f32::INFINITY.to_bits()
}

/// Whether float32 is faster tap by tap: a product adds [`DEPTH`] inputs, of which pictures have three.
fn is_mostly_padding(inputs: usize, isa: Isa) -> bool {
    inputs * 4 <= DEPTH && !Multiplier::beats_winograd(isa)
}

/// Applies a weight by Winograd's algorithm, where that is the fastest way; `None` otherwise, and where a value is not
/// finite.
fn by_winograd(
    x: &Maps<bf16>,
    conv: Conv<'_>,
    direction: Direction,
    padding: Option<usize>,
    addition: &Addition<'_, bf16>,
    to: Extent,
) -> Option<Maps<bf16>> {
    let space = padding.filter(|_| !Multiplier::beats_winograd(conv.isa))?;
    let algorithm = choice::application(conv, &x.extent, &to, padding);
    if algorithm == Algorithm::Direct {
        return None;
    }
    let mut output = Maps::new(to);
    let outcome = tiles::apply(x, conv, direction, algorithm, space, addition, &mut output);
    (outcome == Outcome::Finite).then_some(output)
}

/// Applies a weight of few inputs by one product for all taps.
fn by_unfolding(
    x: &Maps<bf16>,
    conv: Conv<'_>,
    addition: &Addition<'_, bf16>,
    to: Extent,
) -> Maps<bf16> {
    let (x, weight) = (unfold::unfold(x, &conv, to), unfold::weight(&conv));
    let geometry = ConvGeometry { stride: 1, padding: 0 };
    let sweeps = [sweep::forward(1, geometry, [to.height, to.width])];
    let conv = Conv { weight: &weight, geometry, ..conv };
    by_products(&x, conv, Direction::Forward, &sweeps, addition, to)
}

/// Applies a weight tap by tap, by products of matrices.
fn by_products(
    x: &Maps<bf16>,
    conv: Conv<'_>,
    direction: Direction,
    sweeps: &[sweep::Sweep],
    addition: &Addition<'_, bf16>,
    to: Extent,
) -> Maps<bf16> {
    let mut output = Maps::new(to);
    if to.len() > 0 {
        let packed = packed::get(conv, direction, Algorithm::Half);
        let Packed::Half(weights) = &*packed else { unreachable!("packed for this algorithm") };
        apply(Application { x, weights, epilogue: addition.epilogue() }, sweeps, &mut output);
    }
    output
}
