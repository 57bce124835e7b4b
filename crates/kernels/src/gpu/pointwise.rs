//! Elementwise operations on maps: the activation's gradient and sums of gradients.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::grid::elementwise;
use super::maps::{Maps, common_lanes};
use super::vectors::{load, where_positive};

/// Elementwise operation on two maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Pairing {
    Sum,
    /// The first where the second is positive.
    WherePositive,
}

/// Maps of the same extent, value by value.
pub(super) fn pairs<R: CubeRuntime>(a: &Maps<R>, b: &Maps<R>, pairing: Pairing) -> Maps<R> {
    let output = a.new_like(a.extent);
    let lanes = common_lanes(&[a, b, &output]);
    let (count, dim) = elementwise(a.tensor(), a.extent.len() / lanes);
    // SAFETY: threads beyond the last vector do nothing.
    unsafe {
        pair::launch_unchecked(
            &a.tensor().client,
            count,
            dim,
            lanes,
            a.arg(),
            b.arg(),
            output.arg(),
            pairing,
            a.tensor().dtype.into(),
        );
    }
    output
}

#[cube(launch_unchecked)]
fn pair<F: Float, N: Size>(
    a: &Tensor<Vector<F, N>>,
    b: &Tensor<Vector<F, N>>,
    output: &mut Tensor<Vector<F, N>>,
    #[comptime] pairing: Pairing,
    #[define(F)] _dtype: StorageType,
) {
    if ABSOLUTE_POS >= output.len() {
        terminate!();
    }
    let vectors = output.shape(1) / output.vector_size();
    let (pixel, vector) = (ABSOLUTE_POS / vectors, ABSOLUTE_POS % vectors);
    let a = load::<F, N>(a, pixel, vector);
    let b = load::<F, N>(b, pixel, vector);
    let value = match comptime![pairing] {
        Pairing::Sum => a + b,
        Pairing::WherePositive => where_positive(a, b),
    };
    output[ABSOLUTE_POS] = Vector::cast_from(value);
}
