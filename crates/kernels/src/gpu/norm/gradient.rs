//! Gradients of a normalisation: one pass over memory for the sums per channel, one for the input's
//! gradient, which adds the sums of blocks of pixels first, in every cube.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::apply::Scale;
use super::moments::block_pixels;
use crate::gpu::grid::Reduction;
use crate::gpu::maps::{Maps, common_lanes};
use crate::gpu::sum::{Seat, over_rows};
use crate::gpu::vectors::{load, where_positive};
use crate::types::{Activation, Origin};

/// A normalisation that was computed.
pub(in crate::gpu) struct Forward<'a, R: CubeRuntime> {
    pub x: &'a Maps<R>,
    pub scale: &'a Scale<R>,
    pub origin: Origin,
    pub activation: Activation,
    /// Where a ReLU followed a residual.
    pub output: Option<&'a Maps<R>>,
}

/// See [`crate::NormGradients`].
pub(in crate::gpu) struct Gradients<R: CubeRuntime> {
    pub x: Maps<R>,
    pub weight: CubeTensor<R>,
    pub bias: CubeTensor<R>,
    pub residual: Option<Maps<R>>,
}

/// Where the ReLU let values pass is read off the output, if it was kept, and the masked gradient
/// becomes the residual's; otherwise it is computed anew from the input.
pub(in crate::gpu) fn gradients<R: CubeRuntime>(
    forward: &Forward<'_, R>,
    dy: Maps<R>,
) -> Gradients<R> {
    let Forward { x, scale, output, .. } = forward;
    let relu = forward.activation == Activation::Relu;
    let masked = (relu && output.is_some()).then(|| dy.new_like(dy.extent));
    let recompute = relu && output.is_none();
    let sums = Sums::of(forward, &dy, masked.as_ref(), recompute);
    // From here on the gradient is masked, or there was no activation, or it is masked on the way.
    let dz = masked.as_ref().unwrap_or(&dy);
    let result = x.new_like(x.extent);
    let [weight, bias] = [0, 1].map(|_| x.vector([x.extent.channels]));
    let lanes = common_lanes(&[x, dz, &result]);
    let grid = Reduction::of(x.extent.pixels(), x.extent.channels / lanes);
    // SAFETY: the grid covers the maps, and the kernel checks what lies outside of them.
    unsafe {
        add_and_apply::launch_unchecked(
            &x.tensor().client,
            grid.count(),
            grid.dim(),
            lanes,
            x.arg(),
            dz.arg(),
            scale.mean.clone().into_tensor_arg(),
            scale.variance.clone().into_tensor_arg(),
            scale.weight.clone().into_tensor_arg(),
            scale.bias.clone().into_tensor_arg(),
            sums.products.into_tensor_arg(),
            sums.plain.into_tensor_arg(),
            weight.clone().into_tensor_arg(),
            bias.clone().into_tensor_arg(),
            result.arg(),
            scale.epsilon,
            forward.origin == Origin::Batch,
            recompute,
            grid.lanes,
            grid.rows,
            x.tensor().dtype.into(),
        );
    }
    Gradients { x: result, weight, bias, residual: masked }
}

/// Sums over blocks of pixels, `[blocks, channels]` each: of gradients times centred inputs, and of gradients.
struct Sums<R: CubeRuntime> {
    products: CubeTensor<R>,
    plain: CubeTensor<R>,
}

impl<R: CubeRuntime> Sums<R> {
    /// Writes the masked gradient on the way.
    fn of(
        forward: &Forward<'_, R>,
        dy: &Maps<R>,
        masked: Option<&Maps<R>>,
        recompute: bool,
    ) -> Self {
        let Forward { x, scale, output, .. } = forward;
        let (pixels, channels) = (x.extent.pixels(), x.extent.channels);
        let output = output.filter(|_| masked.is_some());
        let lanes = common_lanes(&[x, dy, output.unwrap_or(x), masked.unwrap_or(x)]);
        let grid = Reduction::of(pixels, channels / lanes);
        let [products, plain] = [0, 1].map(|_| x.vector([grid.blocks, channels]));
        // SAFETY: grids cover their tensors, and kernels check what lies outside of them.
        unsafe {
            block_sums::launch_unchecked(
                &x.tensor().client,
                grid.count(),
                grid.dim(),
                lanes,
                x.arg(),
                dy.arg(),
                output.map(Maps::arg).into(),
                masked.map(Maps::arg).into(),
                scale.mean.clone().into_tensor_arg(),
                scale.variance.clone().into_tensor_arg(),
                scale.weight.clone().into_tensor_arg(),
                scale.bias.clone().into_tensor_arg(),
                products.clone().into_tensor_arg(),
                plain.clone().into_tensor_arg(),
                scale.epsilon,
                recompute,
                grid.lanes,
                grid.rows,
                x.tensor().dtype.into(),
            );
        }
        Self { products, plain }
    }
}

#[cube(launch_unchecked)]
fn block_sums<F: Float, N: Size>(
    x: &Tensor<Vector<F, N>>,
    dy: &Tensor<Vector<F, N>>,
    output: &ComptimeOption<Tensor<Vector<F, N>>>,
    masked: &mut ComptimeOption<Tensor<Vector<F, N>>>,
    mean: &Tensor<Vector<f32, N>>,
    variance: &Tensor<Vector<f32, N>>,
    weight: &Tensor<Vector<f32, N>>,
    bias: &Tensor<Vector<f32, N>>,
    products: &mut Tensor<Vector<f32, N>>,
    plain: &mut Tensor<Vector<f32, N>>,
    epsilon: f32,
    #[comptime] recompute: bool,
    #[comptime] lanes: usize,
    #[comptime] rows: usize,
    #[define(F)] _dtype: StorageType,
) {
    let seat = Seat::of(x.shape(1) / x.vector_size(), lanes);
    let (block, source) = (CUBE_POS_Y as usize, seat.source);
    let (first, end) = block_pixels(x.shape(0), CUBE_COUNT_Y as usize, block);
    let mean = mean[source];
    let factor = weight[source] / (variance[source] + Vector::new(epsilon)).sqrt();

    let mut product = Vector::<f32, N>::new(0.0f32);
    let mut sum = Vector::<f32, N>::new(0.0f32);
    let mut pixel = first + seat.row;
    while pixel < end {
        let centred = load::<F, N>(x, pixel, source) - mean;
        let mut dz = load::<F, N>(dy, pixel, source);
        if comptime![recompute] {
            dz = where_positive(dz, centred * factor + bias[source]);
        }
        #[comptime]
        if let ComptimeOption::Some(output) = output {
            dz = where_positive(dz, load::<F, N>(output, pixel, source));
        }
        #[comptime]
        if let ComptimeOption::Some(masked) = masked {
            if seat.vector < seat.vectors {
                masked[pixel * seat.vectors + seat.vector] = Vector::cast_from(dz);
            }
        }
        product += dz * centred;
        sum += dz;
        pixel += rows;
    }
    let product = over_rows(product, &seat, lanes, rows);
    let sum = over_rows(sum, &seat, lanes, rows);
    if seat.stores() {
        products[block * seat.vectors + seat.vector] = product;
        plain[block * seat.vectors + seat.vector] = sum;
    }
}

/// Gradients of weight and bias, and `factor · (dz - (Σ dz + normalised · Σ dz · normalised) / pixels)`, with statistics of
/// the batch; given ones do not depend on the input, and leave `factor · dz`.
#[cube(launch_unchecked)]
fn add_and_apply<F: Float, N: Size>(
    x: &Tensor<Vector<F, N>>,
    dz: &Tensor<Vector<F, N>>,
    mean: &Tensor<Vector<f32, N>>,
    variance: &Tensor<Vector<f32, N>>,
    weight: &Tensor<Vector<f32, N>>,
    bias: &Tensor<Vector<f32, N>>,
    products: &Tensor<Vector<f32, N>>,
    plain: &Tensor<Vector<f32, N>>,
    weight_gradient: &mut Tensor<Vector<f32, N>>,
    bias_gradient: &mut Tensor<Vector<f32, N>>,
    result: &mut Tensor<Vector<F, N>>,
    epsilon: f32,
    #[comptime] of_batch: bool,
    #[comptime] recompute: bool,
    #[comptime] lanes: usize,
    #[comptime] rows: usize,
    #[define(F)] _dtype: StorageType,
) {
    let seat = Seat::of(x.shape(1) / x.vector_size(), lanes);
    let (block, source) = (CUBE_POS_Y as usize, seat.source);
    let deviation = (variance[source] + Vector::new(epsilon)).sqrt();
    let product = over_blocks(products, &seat, lanes, rows) / deviation;
    let sum = over_blocks(plain, &seat, lanes, rows);
    if seat.stores() && block == 0 {
        weight_gradient[seat.vector] = product;
        bias_gradient[seat.vector] = sum;
    }
    if seat.vector < seat.vectors {
        let (mean, bias) = (mean[source], bias[source]);
        let factor = weight[source] / deviation;
        let share = Vector::new(-1.0f32 / f32::cast_from(x.shape(0)));
        let (first, end) = block_pixels(x.shape(0), CUBE_COUNT_Y as usize, block);
        let mut pixel = first + seat.row;
        while pixel < end {
            let centred = load::<F, N>(x, pixel, source) - mean;
            let mut gradient = load::<F, N>(dz, pixel, source);
            if comptime![recompute] {
                // Arithmetic as for the sums: a value next to zero must not pass in one alone.
                gradient = where_positive(gradient, centred * factor + bias);
            }
            if comptime![of_batch] {
                gradient += (sum + centred / deviation * product) * share;
            }
            result[pixel * seat.vectors + seat.vector] = Vector::cast_from(factor * gradient);
            pixel += rows;
        }
    }
}

/// The sum over all blocks.
#[cube]
fn over_blocks<N: Size>(
    parts: &Tensor<Vector<f32, N>>,
    seat: &Seat,
    #[comptime] lanes: usize,
    #[comptime] rows: usize,
) -> Vector<f32, N> {
    let mut sum = Vector::<f32, N>::new(0.0f32);
    let mut block = seat.row;
    while block < parts.shape(0) {
        sum += parts[block * seat.vectors + seat.source];
        block += rows;
    }
    over_rows(sum, seat, lanes, rows)
}
