//! Mean and biased variance per channel.
//!
//! Every cube takes some pixels and looks at them twice, for their mean and for the squared
//! deviations from it: the second time they are in a cache. Those of all cubes ([`Parts`]) are merged by
//! Chan's formula, by whoever reads them. Accurate for any mean, and the same on every run.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use crate::gpu::grid::Reduction;
use crate::gpu::maps::Maps;
use crate::gpu::sum::{Seat, over_rows};
use crate::gpu::vectors::load;

/// Mean and biased variance of all pixels, `[channels]` each.
pub(in crate::gpu) struct Moments<R: CubeRuntime> {
    pub mean: CubeTensor<R>,
    pub variance: CubeTensor<R>,
}

impl<R: CubeRuntime> Moments<R> {
    pub fn of(x: &Maps<R>) -> Self {
        let Parts { means, squares } = Parts::of(x);
        let result = Self::new(x);
        let grid = Reduction::of(x.extent.pixels(), x.extent.channels / x.lanes()).finish();
        // SAFETY: the grid covers all channels, and the kernel checks what lies outside of them.
        unsafe {
            merge::launch_unchecked(
                &x.tensor().client,
                grid.count(),
                grid.dim(),
                x.lanes(),
                means.into_tensor_arg(),
                squares.into_tensor_arg(),
                result.mean.clone().into_tensor_arg(),
                result.variance.clone().into_tensor_arg(),
                x.extent.pixels(),
                grid.lanes,
                grid.rows,
            );
        }
        result
    }

    /// Room for those of `x`.
    pub(super) fn new(x: &Maps<R>) -> Self {
        let [mean, variance] = [0, 1].map(|_| x.vector([x.extent.channels]));
        Self { mean, variance }
    }
}

/// Means and sums of squared deviations of blocks of pixels, `[blocks, channels]` each.
pub(super) struct Parts<R: CubeRuntime> {
    pub means: CubeTensor<R>,
    pub squares: CubeTensor<R>,
}

impl<R: CubeRuntime> Parts<R> {
    pub fn of(x: &Maps<R>) -> Self {
        let (pixels, channels) = (x.extent.pixels(), x.extent.channels);
        let lanes = x.lanes();
        let grid = Reduction::of(pixels, channels / lanes);
        let [means, squares] = [0, 1].map(|_| x.vector([grid.blocks, channels]));
        // SAFETY: grids cover their tensors, and kernels check what lies outside of them.
        unsafe {
            measure::launch_unchecked(
                &x.tensor().client,
                grid.count(),
                grid.dim(),
                lanes,
                x.arg(),
                means.clone().into_tensor_arg(),
                squares.clone().into_tensor_arg(),
                grid.lanes,
                grid.rows,
                x.tensor().dtype.into(),
            );
        }
        Self { means, squares }
    }
}

/// Pixels `first..end` of a block.
#[cube]
pub(in crate::gpu) fn block_pixels(pixels: usize, blocks: usize, block: usize) -> (usize, usize) {
    let step = pixels.div_ceil(blocks);
    let first = min(block * step, pixels);
    (first, min(first + step, pixels))
}

#[cube(launch_unchecked)]
fn measure<F: Float, N: Size>(
    x: &Tensor<Vector<F, N>>,
    means: &mut Tensor<Vector<f32, N>>,
    squares: &mut Tensor<Vector<f32, N>>,
    #[comptime] lanes: usize,
    #[comptime] rows: usize,
    #[define(F)] _dtype: StorageType,
) {
    let seat = Seat::of(x.shape(1) / x.vector_size(), lanes);
    let (block, source) = (CUBE_POS_Y as usize, seat.source);
    let (first, end) = block_pixels(x.shape(0), CUBE_COUNT_Y as usize, block);

    let mut sum = Vector::<f32, N>::new(0.0f32);
    let mut pixel = first + seat.row;
    while pixel < end {
        sum += load::<F, N>(x, pixel, source);
        pixel += rows;
    }
    let count = f32::cast_from(max(end - first, 1));
    let mean = over_rows(sum, &seat, lanes, rows) / Vector::new(count);

    let mut square = Vector::<f32, N>::new(0.0f32);
    let mut pixel = first + seat.row;
    while pixel < end {
        let distance = load::<F, N>(x, pixel, source) - mean;
        square += distance * distance;
        pixel += rows;
    }
    let square = over_rows(square, &seat, lanes, rows);

    if seat.stores() {
        means[block * seat.vectors + seat.vector] = mean;
        squares[block * seat.vectors + seat.vector] = square;
    }
}

#[cube(launch_unchecked)]
fn merge<N: Size>(
    means: &Tensor<Vector<f32, N>>,
    squares: &Tensor<Vector<f32, N>>,
    mean: &mut Tensor<Vector<f32, N>>,
    variance: &mut Tensor<Vector<f32, N>>,
    pixels: usize,
    #[comptime] lanes: usize,
    #[comptime] rows: usize,
) {
    let seat = Seat::of(means.shape(1) / means.vector_size(), lanes);
    let (average, spread) = merged(means, squares, pixels, &seat, lanes, rows);
    if seat.stores() {
        mean[seat.vector] = average;
        variance[seat.vector] = spread;
    }
}

/// Mean and biased variance of all pixels, from those of blocks.
#[cube]
pub(super) fn merged<N: Size>(
    means: &Tensor<Vector<f32, N>>,
    squares: &Tensor<Vector<f32, N>>,
    pixels: usize,
    seat: &Seat,
    #[comptime] lanes: usize,
    #[comptime] rows: usize,
) -> (Vector<f32, N>, Vector<f32, N>) {
    let (blocks, source) = (means.shape(0), seat.source);
    let whole = Vector::<f32, N>::new(f32::cast_from(pixels));

    let mut sum = Vector::<f32, N>::new(0.0f32);
    let mut block = seat.row;
    while block < blocks {
        let (first, end) = block_pixels(pixels, blocks, block);
        sum += means[block * seat.vectors + source] * Vector::new(f32::cast_from(end - first));
        block += rows;
    }
    let average = over_rows(sum, seat, lanes, rows) / whole;

    let mut sum = Vector::<f32, N>::new(0.0f32);
    let mut block = seat.row;
    while block < blocks {
        let (first, end) = block_pixels(pixels, blocks, block);
        let count = Vector::new(f32::cast_from(end - first));
        let distance = means[block * seat.vectors + source] - average;
        sum += squares[block * seat.vectors + source] + distance * distance * count;
        block += rows;
    }
    (average, over_rows(sum, seat, lanes, rows) / whole)
}
