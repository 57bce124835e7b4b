//! Arithmetic on vectors of channels that several kernels share.

use burn_cubecl::cubecl;
use cubecl::prelude::*;

/// `max(x, 0)`; NaN stays NaN where the device keeps it.
#[cube]
pub(super) fn relu<N: Size>(x: Vector<f32, N>) -> Vector<f32, N> {
    let zero = Vector::new(0.0f32);
    select_many(x.less_equal(zero), zero, x)
}

/// `value` where `of` is positive or NaN, otherwise zero: the gradient of [`relu`].
#[cube]
pub(super) fn where_positive<N: Size>(value: Vector<f32, N>, of: Vector<f32, N>) -> Vector<f32, N> {
    let zero = Vector::new(0.0f32);
    select_many(of.less_equal(zero), zero, value)
}

/// One vector of `[pixels, channels]` maps.
#[cube]
pub(super) fn load<F: Float, N: Size>(
    maps: &Tensor<Vector<F, N>>,
    pixel: usize,
    vector: usize,
) -> Vector<f32, N> {
    Vector::cast_from(maps[pixel * (maps.stride(0) / maps.vector_size()) + vector])
}
