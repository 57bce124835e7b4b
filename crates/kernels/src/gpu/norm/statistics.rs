//! Running statistics of one layer, moved in one launch: a network has hundreds of layers with a few
//! hundred values each.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use crate::gpu::grid::elementwise;
use crate::gpu::maps::new_like;

/// New running mean and variance; all tensors are float32 vectors of one length, contiguous.
pub(in crate::gpu) fn step<R: CubeRuntime>(
    running: [CubeTensor<R>; 2],
    batch: [CubeTensor<R>; 2],
    share: f64,
    unbiased: f64,
) -> [CubeTensor<R>; 2] {
    let results = running.each_ref().map(new_like);
    let client = results[0].client.clone();
    let (count, dim) = elementwise(&results[0], results[0].meta.num_elements());
    let ([mean, variance], [batch_mean, batch_variance]) = (running, batch);
    let [new_mean, new_variance] = &results;
    // SAFETY: threads beyond the last value do nothing.
    unsafe {
        advance::launch_unchecked(
            &client,
            count,
            dim,
            mean.into_tensor_arg(),
            variance.into_tensor_arg(),
            batch_mean.into_tensor_arg(),
            batch_variance.into_tensor_arg(),
            new_mean.clone().into_tensor_arg(),
            new_variance.clone().into_tensor_arg(),
            (1.0 - share) as f32,
            share as f32,
            (share * unbiased) as f32,
        );
    }
    results
}

#[cube(launch_unchecked)]
fn advance(
    mean: &Tensor<f32>,
    variance: &Tensor<f32>,
    batch_mean: &Tensor<f32>,
    batch_variance: &Tensor<f32>,
    new_mean: &mut Tensor<f32>,
    new_variance: &mut Tensor<f32>,
    keep: f32,
    take_mean: f32,
    take_variance: f32,
) {
    if ABSOLUTE_POS >= new_mean.len() {
        terminate!();
    }
    new_mean[ABSOLUTE_POS] = keep * mean[ABSOLUTE_POS] + take_mean * batch_mean[ABSOLUTE_POS];
    new_variance[ABSOLUTE_POS] =
        keep * variance[ABSOLUTE_POS] + take_variance * batch_variance[ABSOLUTE_POS];
}
