//! Gradients of strided convolutions with zeros between their pixels, so that the gradient of the
//! input is that of a convolution with stride 1.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use crate::gpu::grid::elementwise;
use crate::gpu::maps::{Extent, Maps, common_lanes};
use crate::types::ConvGeometry;

/// The gradient of an output at every pixel of an `input` of this extent, zero where the stride skips
/// one. `kernel - 1 = 2 · padding`, so that both have the same pixels at stride 1.
pub(super) fn spread<R: CubeRuntime>(
    gradient: Maps<R>,
    input: Extent,
    geometry: ConvGeometry,
) -> Maps<R> {
    if geometry.stride == 1 {
        return gradient;
    }
    let output = gradient.new_like(Extent { channels: gradient.extent.channels, ..input });
    let lanes = common_lanes(&[&output]).min(gradient.lanes());
    let (count, dim) = elementwise(output.tensor(), output.extent.len() / lanes);
    // SAFETY: threads beyond the last vector do nothing, and pixels beyond the gradient read nothing.
    unsafe {
        spread_pixels::launch_unchecked(
            &output.tensor().client,
            count,
            dim,
            lanes,
            gradient.arg(),
            output.arg(),
            gradient.extent.height,
            gradient.extent.width,
            input.height,
            input.width,
            geometry.stride,
            gradient.tensor().dtype.into(),
        );
    }
    output
}

#[cube(launch_unchecked)]
fn spread_pixels<F: Float, N: Size>(
    gradient: &Tensor<Vector<F, N>>,
    output: &mut Tensor<Vector<F, N>>,
    height: usize,
    width: usize,
    output_height: usize,
    output_width: usize,
    #[comptime] stride: usize,
    #[define(F)] _dtype: StorageType,
) {
    if ABSOLUTE_POS >= output.len() {
        terminate!();
    }
    let vectors = output.shape(1) / output.vector_size();
    let (pixel, vector) = (ABSOLUTE_POS / vectors, ABSOLUTE_POS % vectors);
    let (row, column) = (pixel / output_width, pixel % output_width);
    let (picture, row) = (row / output_height, row % output_height);
    let mut value = Vector::<F, N>::new(F::new(0.0));
    let (y, x) = (row / stride, column / stride);
    if row % stride == 0 && column % stride == 0 && y < height && x < width {
        let from = (picture * height + y) * width + x;
        value = gradient[from * (gradient.stride(0) / gradient.vector_size()) + vector];
    }
    output[ABSOLUTE_POS] = value;
}
