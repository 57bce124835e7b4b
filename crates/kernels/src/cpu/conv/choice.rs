//! Which algorithm a convolution uses, by measurement per shape.

use super::convolution::{Algorithm, Conv, Reuse};
use crate::cpu::maps::Extent;
use crate::cpu::simd::Isa;
use crate::cpu::winograd::Grid;
use crate::types::ConvGeometry;

/// Tiles from which on Winograd's algorithm is worth transforming the weights, as a share of the
/// input channels: the transformation costs as much as a few tiles' products.
const TILES_PER_CALL: usize = 16;
/// Tiles from which on it pays off where transformed weights are kept.
const TILES_KEPT: usize = 8;

/// Input times output channels from which on weights that do not stay are transformed where they are
/// used: fewer stay in a cache as they are.
const CHANNELS_ONCE: usize = 96 * 96;
/// Tiles up to which they are: a panel's sums of all tiles stay in the second-level cache.
const TILES_ONCE: usize = 128;

/// For a forward convolution or a data gradient; `padding` is that of the convolution to run.
pub(crate) fn application(
    conv: Conv<'_>,
    input: &Extent,
    output: &Extent,
    padding: Option<usize>,
) -> Algorithm {
    let least = match conv.reuse {
        Reuse::Never => TILES_PER_CALL,
        Reuse::WhileAlive => TILES_KEPT,
    };
    let kernel = conv.shape()[2];
    if padding.is_none() || !fits(kernel, conv.geometry, conv.isa, input, output, least) {
        return Algorithm::Direct;
    }
    let once = conv.reuse == Reuse::Never
        && input.channels * output.channels >= CHANNELS_ONCE
        && Grid::of(output).tiles() <= TILES_ONCE;
    if once { Algorithm::WinogradOnce } else { Algorithm::Winograd }
}

/// For a weight gradient.
pub(crate) fn gradient(
    kernel: usize,
    geometry: ConvGeometry,
    isa: Isa,
    input: &Extent,
    output: &Extent,
) -> Algorithm {
    if fits(kernel, geometry, isa, input, output, TILES_PER_CALL) {
        Algorithm::Winograd
    } else {
        Algorithm::Direct
    }
}

fn fits(
    kernel: usize,
    geometry: ConvGeometry,
    isa: Isa,
    input: &Extent,
    output: &Extent,
    least: usize,
) -> bool {
    let whole = |extent: &Extent| extent.channels.is_multiple_of(isa.lanes());
    kernel == 3
        && geometry.stride == 1
        && whole(input)
        && whole(output)
        && Grid::of(output).tiles() >= least
}
