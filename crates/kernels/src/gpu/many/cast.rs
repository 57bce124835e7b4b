//! Float32 tensors in another number format.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_backend::{DType, TensorMetadata};
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::grid::grids;
use super::{THREADS, in_order, with_axes};

/// The tensors, kernels of convolutions channels last.
pub(in crate::gpu) fn cast_all<R: CubeRuntime>(
    tensors: Vec<CubeTensor<R>>,
    dtype: DType,
) -> Vec<CubeTensor<R>> {
    let values: Vec<_> = tensors.into_iter().map(in_order).collect();
    let result = |tensor: &CubeTensor<R>| {
        let (client, device) = (tensor.client.clone(), tensor.device.clone());
        empty_device_contiguous_dtype(client, device, tensor.shape(), dtype)
    };
    let results: Vec<_> = values.iter().map(result).collect();
    for grid in grids(&values, 2) {
        let (from, to) = (grid.arrays(&values), grid.arrays(&results));
        // SAFETY: threads beyond the last value of their tensor do nothing.
        unsafe {
            convert::launch_unchecked(
                &grid.client,
                grid.cubes,
                CubeDim::new_1d(THREADS),
                grid.lanes,
                from,
                to,
                dtype.into(),
            );
        }
    }
    results.into_iter().map(with_axes).collect()
}

#[cube(launch_unchecked)]
fn convert<F: Float, N: Size>(
    values: &Sequence<Array<Vector<f32, N>>>,
    results: &mut Sequence<Array<Vector<F, N>>>,
    #[define(F)] _dtype: StorageType,
) {
    let at = CUBE_POS_X as usize * CUBE_DIM_X as usize + UNIT_POS_X as usize;
    #[unroll]
    for tensor in 0..values.len() {
        if CUBE_POS_Y as usize == tensor {
            let value = values.index(tensor);
            if at < value.len() {
                let result = results.index_mut(tensor);
                result[at] = Vector::<F, N>::cast_from(value[at]);
            }
        }
    }
}
