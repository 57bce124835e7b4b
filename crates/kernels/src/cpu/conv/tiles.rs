//! Winograd's algorithm on maps of any number format.

use super::convolution::{Addition, Algorithm, Conv};
use super::packed::{self, Packed};
use super::weights::Direction;
use crate::cpu::maps::Maps;
use crate::cpu::simd::Element;
use crate::cpu::winograd::{self, Outcome, Weights, Winograd};

/// Applies a weight in either direction; `padding` is that of the equivalent forward convolution at stride 1.
///
/// # Panics
/// If the algorithm is another one.
pub(crate) fn apply<E: Element>(
    x: &Maps<E>,
    conv: Conv<'_>,
    direction: Direction,
    algorithm: Algorithm,
    padding: usize,
    addition: &Addition<'_, E>,
    output: &mut Maps<E>,
) -> Outcome {
    let packed = packed::get(conv, direction, algorithm);
    let weights = match &*packed {
        Packed::Plain => Weights::Plain(conv.view(direction)),
        Packed::Winograd(weights) => Weights::Transformed(weights),
        Packed::Direct(_) | Packed::Half(_) => unreachable!("{algorithm:?} has no tiles"),
    };
    let winograd = Winograd {
        input: x.as_ptr(),
        input_extent: x.extent,
        padding,
        output: output.as_mut_slice().as_mut_ptr(),
        output_extent: output.extent,
        weights,
        epilogue: addition.epilogue(),
        isa: conv.isa,
    };
    #[expect(unsafe_code, reason = "the algorithm works on pointers")]
    // SAFETY: all maps live until the call returns, and the output is not shared.
    unsafe {
        winograd::run(winograd)
    }
}
