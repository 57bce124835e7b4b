//! Squares of many tensors, added up.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_backend::{DType, Shape};
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::{THREADS, in_order, lanes, launches, most};

/// Sums of a tensor, one per cube: what is in work at a time fills a device, and all of them are few.
const CUBES: usize = 32;

/// Sums whose sum is that of the squares of all tensors, of which there is at least one.
pub(in crate::gpu) fn square_sums<R: CubeRuntime>(tensors: Vec<CubeTensor<R>>) -> CubeTensor<R> {
    let tensors: Vec<_> = tensors.into_iter().map(in_order).collect();
    let first = &tensors[0];
    let (client, device) = (first.client.clone(), first.device.clone());
    let len = Shape::new([tensors.len() * CUBES]);
    let sums = empty_device_contiguous_dtype(client, device, len, DType::F32);
    let mut start = 0;
    for places in launches(&tensors, most(first, 1)) {
        let lanes = lanes(tensors[places[0]].meta.num_elements());
        let array = |&place: &usize| tensors[place].clone().into_array_arg();
        // SAFETY: threads leave their loop at the last value of their tensor, and every cube has a place in the sums.
        unsafe {
            add_squares::launch_unchecked(
                &first.client,
                CubeCount::Static(CUBES as u32, places.len() as u32, 1),
                CubeDim::new_1d(THREADS),
                lanes,
                places.iter().map(array).collect(),
                sums.clone().into_array_arg(),
                start as u32,
            );
        }
        start += places.len() * CUBES;
    }
    sums
}

#[cube(launch_unchecked)]
fn add_squares<N: Size>(
    tensors: &Sequence<Array<Vector<f32, N>>>,
    sums: &mut Array<f32>,
    start: u32,
) {
    let thread = UNIT_POS_X as usize;
    let mut sum = Vector::<f32, N>::new(0.0f32);
    #[unroll]
    for place in 0..tensors.len() {
        if CUBE_POS_Y as usize == place {
            let tensor = tensors.index(place);
            let mut at = CUBE_POS_X as usize * CUBE_DIM_X as usize + thread;
            while at < tensor.len() {
                let value = tensor[at];
                sum += value * value;
                at += CUBE_DIM_X as usize * CUBE_COUNT_X as usize;
            }
        }
    }
    let mut shared = SharedMemory::<Vector<f32, N>>::new(comptime![THREADS as usize]);
    shared[thread] = sum;
    sync_cube();
    let levels = comptime![THREADS.ilog2() as usize];
    #[unroll]
    for level in 0..levels {
        let half = comptime![THREADS as usize >> (level + 1)];
        if thread < half {
            let other = shared[thread + half];
            shared[thread] += other;
        }
        sync_cube();
    }
    if thread == 0 {
        let mut total = 0.0f32;
        let whole = shared[0];
        #[unroll]
        for lane in 0..whole.vector_size() {
            total += whole[lane];
        }
        sums[start as usize + CUBE_POS_Y as usize * CUBE_COUNT_X as usize + CUBE_POS_X as usize] =
            total;
    }
}
