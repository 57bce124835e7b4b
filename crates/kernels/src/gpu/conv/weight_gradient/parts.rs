//! Sums of the parts, in a fixed order.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::plan::LANES;
use crate::gpu::sum::{Seat, over_rows};

/// Rows of threads that add partial sums.
const ROWS: usize = 8;

/// Adds `[part, output, tap, input]` into `[output, kernel, kernel, input]`.
pub(super) fn add<R: CubeRuntime>(partials: CubeTensor<R>, result: &CubeTensor<R>) {
    let [outputs, height, width, inputs] = result.meta.shape().dims();
    let columns = height * width * inputs;
    // SAFETY: threads beyond the last value store nothing.
    unsafe {
        add_parts::launch_unchecked(
            &result.client,
            CubeCount::Static(columns.div_ceil(LANES) as u32, outputs as u32, 1),
            CubeDim::new_2d(LANES as u32, ROWS as u32),
            partials.into_tensor_arg(),
            result.clone().into_tensor_arg(),
            inputs,
        );
    }
}

/// A row of threads takes some of them, one thread per input of a tap.
#[cube(launch_unchecked)]
fn add_parts(partials: &Tensor<f32>, result: &mut Tensor<f32>, inputs: usize) {
    let seat = Seat::of(result.shape(1) * result.shape(2) * inputs, LANES);
    let (tap, input) = (seat.source / inputs, seat.source % inputs);
    let output = CUBE_POS_Y as usize;
    let at = output * partials.stride(1) + tap * partials.stride(2) + input;
    let mut sum = Vector::<f32, Const<1>>::new(0.0f32);
    let mut part = seat.row;
    while part < partials.shape(0) {
        sum += Vector::new(partials[part * partials.stride(0) + at]);
        part += ROWS;
    }
    let sum = over_rows::<Const<1>>(sum, &seat, LANES, ROWS);
    if seat.stores() {
        result[output * seat.vectors + seat.vector] = sum[0usize];
    }
}
