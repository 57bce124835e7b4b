//! A step of Adam in one launch.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_backend::TensorMetadata;
use burn_cubecl::ops::{permute_nchw_to_nhwc, permute_nhwc_to_nchw};
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;
use cubecl::std::tensor::layout::linear::LinearView;

use super::grid::elementwise;
use super::maps::new_like;
use crate::types::AdamStep;

/// New parameter, mean and mean of squares; values may be stored in any order. Kernels of
/// convolutions leave channels last, as their gradients come and as convolutions read them.
pub(super) fn step<R: CubeRuntime>(
    values: [CubeTensor<R>; 3],
    gradient: CubeTensor<R>,
    step: AdamStep,
) -> [CubeTensor<R>; 3] {
    if gradient.rank() == KERNEL_AXES {
        let values = values.map(permute_nchw_to_nhwc);
        return in_order(values, permute_nchw_to_nhwc(gradient), step).map(permute_nhwc_to_nchw);
    }
    in_order(values, gradient, step)
}

/// Axes of a convolution's kernel.
const KERNEL_AXES: usize = 4;

/// A step of Adam whose results are contiguous.
fn in_order<R: CubeRuntime>(
    values: [CubeTensor<R>; 3],
    gradient: CubeTensor<R>,
    step: AdamStep,
) -> [CubeTensor<R>; 3] {
    let results = values.each_ref().map(new_like);
    let [first, second] = step.corrections();
    let (count, dim) = elementwise(&gradient, gradient.meta.num_elements());
    let client = gradient.client.clone();
    let [weight, mean, square] = values;
    let [new_weight, new_mean, new_square] = &results;
    // SAFETY: threads beyond the last value do nothing.
    unsafe {
        update::launch_unchecked(
            &client,
            count,
            dim,
            gradient.into_linear_view(),
            weight.into_linear_view(),
            mean.into_linear_view(),
            square.into_linear_view(),
            new_weight.clone().into_linear_view(),
            new_mean.clone().into_linear_view(),
            new_square.clone().into_linear_view(),
            step.beta_1 as f32,
            (1.0 - step.beta_1) as f32,
            step.beta_2 as f32,
            (1.0 - step.beta_2) as f32,
            second.sqrt().recip() as f32,
            step.epsilon as f32,
            (step.learning_rate / first) as f32,
        );
    }
    results
}

#[cube(launch_unchecked)]
fn update(
    gradient: &LinearView<f32>,
    weight: &LinearView<f32>,
    mean: &LinearView<f32>,
    square: &LinearView<f32>,
    new_weight: &mut LinearView<f32, ReadWrite>,
    new_mean: &mut LinearView<f32, ReadWrite>,
    new_square: &mut LinearView<f32, ReadWrite>,
    keep_mean: f32,
    take_mean: f32,
    keep_square: f32,
    take_square: f32,
    root: f32,
    epsilon: f32,
    rate: f32,
) {
    if !new_weight.is_in_bounds(ABSOLUTE_POS) {
        terminate!();
    }
    let g = gradient[ABSOLUTE_POS];
    let m = keep_mean * mean[ABSOLUTE_POS] + take_mean * g;
    let v = keep_square * square[ABSOLUTE_POS] + take_square * (g * g);
    new_mean[ABSOLUTE_POS] = m;
    new_square[ABSOLUTE_POS] = v;
    new_weight[ABSOLUTE_POS] = weight[ABSOLUTE_POS] - rate * (m / (v.sqrt() * root + epsilon));
}
