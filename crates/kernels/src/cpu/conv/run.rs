//! The entry points: forward pass and both gradients.

use super::convolution::{Addition, Algorithm, Conv};
use super::direct::{self, Direct};
use super::packed::{self, Packed};
use super::sweep::{self, Sweep};
use super::weights::{Direction, PackedWeights};
use super::{choice, gradient, tiles};
use crate::cpu::maps::{Extent, Maps};
use crate::cpu::simd::Isa;
use crate::cpu::winograd::{self, Outcome};
use crate::types::ConvGeometry;

/// `activation(conv(x) + bias + residual)`.
pub(crate) fn forward(x: &Maps, conv: Conv<'_>, addition: &Addition<'_>) -> Maps {
    let [channels, _, kernel, _] = conv.shape();
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
    let kernel = conv.shape()[2];
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
    if let (Algorithm::Winograd | Algorithm::WinogradOnce, Some(padding)) = (algorithm, padding) {
        let outcome = tiles::apply(x, conv, direction, algorithm, padding, addition, output);
        if outcome == Outcome::Finite {
            return;
        }
    }
    let packed = packed::get(conv, direction, Algorithm::Direct);
    let Packed::Direct(weights) = &*packed else { unreachable!("packed for this algorithm") };
    apply_directly(x, weights, &sweeps(), addition, output);
}

fn apply_directly(
    x: &Maps,
    weights: &PackedWeights,
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
