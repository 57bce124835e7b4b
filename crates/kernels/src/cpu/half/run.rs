//! The entry points: forward pass and both gradients, by products of bfloat16 where the processor has those of matrices, in
//! float32 otherwise.

use burn_std::bf16;

use super::apply::{Application, apply};
use super::gradient;
use crate::cpu::conv::packed::{self, Packed};
use crate::cpu::conv::weights::Direction;
use crate::cpu::conv::{self, Addition, Algorithm, Conv, sweep};
use crate::cpu::convert::convert;
use crate::cpu::maps::{Extent, Maps};
use crate::cpu::simd::{Isa, Multiplier};
use crate::types::ConvGeometry;

/// `activation(conv(x) + bias + residual)`.
pub(crate) fn forward(x: &Maps<bf16>, conv: Conv<'_>, addition: &Addition<'_, bf16>) -> Maps<bf16> {
    if !Multiplier::exists(conv.isa) {
        let residual = addition.residual.map(convert);
        let Addition { bias, activation, .. } = *addition;
        let addition = Addition { bias, residual: residual.as_ref(), activation };
        return convert(&conv::forward(&convert(x), conv, &addition));
    }
    let [channels, _, kernel, _] = conv.shape();
    let Extent { batch, height, width, .. } = x.extent;
    let [height, width] = [height, width].map(|n| sweep::output_size(n, kernel, conv.geometry));
    let extent = Extent { batch, channels, height, width };
    let mut output = Maps::new(extent);
    let sweeps = [sweep::forward(kernel, conv.geometry, [height, width])];
    run(x, conv, Direction::Forward, &sweeps, addition, &mut output);
    output
}

/// Gradient of the input of extent `input`, given that of the output, added to `sum` if there is one already.
pub(crate) fn input_gradient(
    dy: &Maps<bf16>,
    conv: Conv<'_>,
    input: Extent,
    sum: Option<&Maps<bf16>>,
) -> Maps<bf16> {
    if !Multiplier::exists(conv.isa) {
        let sum = sum.map(convert);
        return convert(&conv::input_gradient(&convert(dy), conv, input, sum.as_ref()));
    }
    let mut output = Maps::new(input);
    let sweeps = sweep::backward(conv.shape()[2], conv.geometry, [input.height, input.width]);
    let addition = Addition { residual: sum, ..Addition::NONE };
    run(dy, conv, Direction::Backward, &sweeps, &addition, &mut output);
    output
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

fn run(
    x: &Maps<bf16>,
    conv: Conv<'_>,
    direction: Direction,
    sweeps: &[sweep::Sweep],
    addition: &Addition<'_, bf16>,
    output: &mut Maps<bf16>,
) {
    if output.extent.len() == 0 {
        return;
    }
    let packed = packed::get(conv, direction, Algorithm::Half);
    let Packed::Half(weights) = &*packed else { unreachable!("packed for this algorithm") };
    apply(Application { x, weights, epilogue: addition.epilogue() }, sweeps, output);
}
