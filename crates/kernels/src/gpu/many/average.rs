//! Moving averages of many tensors, and many tensors times a factor.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::grid::grids;
use super::{THREADS, in_order, owned, with_axes};

/// `keep · average + (1 - keep) · value`, tensor by tensor.
pub(in crate::gpu) fn average_all<R: CubeRuntime>(
    averages: Vec<CubeTensor<R>>,
    values: Vec<CubeTensor<R>>,
    keep: f64,
) -> Vec<CubeTensor<R>> {
    let averages: Vec<_> = averages.into_iter().map(|tensor| owned(in_order(tensor))).collect();
    let values: Vec<_> = values.into_iter().map(in_order).collect();
    for grid in grids(&averages, 2) {
        let (before, next) = (grid.arrays(&averages), grid.arrays(&values));
        // SAFETY: threads beyond the last value of their tensor do nothing.
        unsafe {
            average::launch_unchecked(
                &grid.client,
                grid.cubes,
                CubeDim::new_1d(THREADS),
                grid.lanes,
                before,
                next,
                keep as f32,
                (1.0 - keep) as f32,
            );
        }
    }
    averages.into_iter().map(with_axes).collect()
}

/// Tensors times a factor `[1]`.
pub(in crate::gpu) fn scale_all<R: CubeRuntime>(
    tensors: Vec<CubeTensor<R>>,
    factor: &CubeTensor<R>,
) -> Vec<CubeTensor<R>> {
    let tensors: Vec<_> = tensors.into_iter().map(|tensor| owned(in_order(tensor))).collect();
    for grid in grids(&tensors, 1) {
        let values = grid.arrays(&tensors);
        // SAFETY: as above; the factor has one value.
        unsafe {
            scale::launch_unchecked(
                &grid.client,
                grid.cubes,
                CubeDim::new_1d(THREADS),
                grid.lanes,
                values,
                factor.clone().into_array_arg(),
            );
        }
    }
    tensors.into_iter().map(with_axes).collect()
}

#[cube(launch_unchecked)]
fn average<N: Size>(
    averages: &mut Sequence<Array<Vector<f32, N>>>,
    values: &Sequence<Array<Vector<f32, N>>>,
    keep: f32,
    take: f32,
) {
    let at = CUBE_POS_X as usize * CUBE_DIM_X as usize + UNIT_POS_X as usize;
    #[unroll]
    for tensor in 0..values.len() {
        if CUBE_POS_Y as usize == tensor {
            let value = values.index(tensor);
            if at < value.len() {
                let average = averages.index_mut(tensor);
                average[at] = Vector::new(keep) * average[at] + Vector::new(take) * value[at];
            }
        }
    }
}

#[cube(launch_unchecked)]
fn scale<N: Size>(tensors: &mut Sequence<Array<Vector<f32, N>>>, factor: &Array<f32>) {
    let at = CUBE_POS_X as usize * CUBE_DIM_X as usize + UNIT_POS_X as usize;
    let factor = Vector::new(factor[0]);
    #[unroll]
    for place in 0..tensors.len() {
        if CUBE_POS_Y as usize == place {
            let tensor = tensors.index_mut(place);
            if at < tensor.len() {
                tensor[at] = factor * tensor[at];
            }
        }
    }
}
