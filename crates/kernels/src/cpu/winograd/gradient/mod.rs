//! The weight gradient: input tiles and output gradients to points, correlations over tiles at
//! every point, points to kernel gradients.

mod job;
mod kernels;
mod points;
mod sums;
mod tiles;

use std::sync::atomic::AtomicBool;

use self::job::{Job, TAPS};
use self::kernels::by_kernels;
use self::tiles::by_tiles;
use super::input::Source;
use super::{Grid, Outcome, POINTS};
use crate::cpu::maps::Maps;
use crate::cpu::memory::Buffer;
use crate::cpu::simd::{Element, Isa};
use crate::cpu::tile::Panels;

/// Sums beyond this many bytes are not kept once per thread but made kernel by kernel.
const PRIVATE_SUMS: usize = 768 * 1024;

/// The gradient of a 3x3 kernel at stride 1, written to `gradient` `[out, in, 3, 3]`.
///
/// `x` is the convolution's input and `dy` the gradient of its output; the channels of both are
/// whole vectors.
pub(crate) fn weight_gradient<E: Element>(
    x: &Maps<E>,
    dy: &Maps<E>,
    padding: usize,
    isa: Isa,
    gradient: &mut [f32],
) -> Outcome {
    let [inputs, outputs] = [x.extent.channels, dy.extent.channels];
    assert_eq!(gradient.len(), TAPS * inputs * outputs, "gradient's length");
    let panels = Panels::new(outputs, isa);
    let zeros = Buffer::<E>::zeros(inputs.max(outputs));
    let source = |maps: &Maps<E>| Source {
        pixels: maps.as_ptr(),
        extent: maps.extent,
        zeros: zeros.as_ptr(),
    };
    let not_finite = AtomicBool::new(false);
    let job = Job {
        x: source(x),
        dy: source(dy),
        padding,
        grid: Grid::of(&dy.extent),
        inputs,
        outputs,
        panels,
        gradient: gradient.as_mut_ptr(),
        not_finite: &not_finite,
    };
    if POINTS * inputs * outputs * size_of::<f32>() <= PRIVATE_SUMS {
        by_tiles(job);
    } else {
        by_kernels(job);
    }
    Outcome::of(!not_finite.into_inner())
}
