//! Convolutions as products of matrices that are never written out, on units that multiply matrices.
//!
//! The framework times every kernel that it has for every shape and direction, each compiled for a
//! second or so: minutes before a first step. Which one is taken here is a rule (`launch`).

use std::sync::LazyLock;

use burn_cubecl::CubeRuntime;
use burn_cubecl::kernel::conv::{ConvStrategy, conv_data_backward, conv_forward};
use burn_cubecl::tensor::CubeTensor;

use super::launch::{self, Epilogue, Units};
use crate::environment::convolves_by_threads;
use crate::gpu::maps::{Extent, Maps};
use crate::gpu::norm;
use crate::gpu::pointwise::{Pairing, pairs};
use crate::reference;
use crate::types::{Activation, ConvGeometry};

/// Channels over which a product adds come in multiples of this: sixteen bytes and more.
const CHANNELS: usize = 8;

/// Asked for every convolution: the environment is looked at once.
static BY_THREADS: LazyLock<bool> = LazyLock::new(|| convolves_by_threads().unwrap_or(false));

/// Hardware for products on a device of this tensor; `None` where the framework chooses its convolution.
fn units<R: CubeRuntime>(tensor: &CubeTensor<R>) -> Option<Units> {
    let has_units = !tensor.client.properties().features.matmul.mma.is_empty();
    if has_units { Some(Units::Matrices) } else { BY_THREADS.then_some(Units::Threads) }
}

/// The convolution of `x`, with a bias `[out]` in its number format perhaps; so is the weight.
pub(in crate::gpu) fn forward<R: CubeRuntime>(
    x: CubeTensor<R>,
    weight: CubeTensor<R>,
    bias: Option<CubeTensor<R>>,
    geometry: ConvGeometry,
) -> CubeTensor<R> {
    let Some(units) = units(&x) else {
        return direct(x, weight, bias, geometry, ConvStrategy::default());
    };
    if let Some(y) = multiply(units, &x, &weight, bias.clone(), geometry, Epilogue::NONE) {
        return y.into_tensor();
    }
    direct(x, weight, bias, geometry, ConvStrategy::Direct)
}

/// `activation(conv(x) + bias + residual)`, with a float32 bias `[out]`.
pub(in crate::gpu) fn finished<R: CubeRuntime>(
    x: CubeTensor<R>,
    weight: CubeTensor<R>,
    bias: CubeTensor<R>,
    residual: Option<&Maps<R>>,
    activation: Activation,
    geometry: ConvGeometry,
) -> Maps<R> {
    if let Some(units) = units(&x) {
        let epilogue = Epilogue { bias: Some(bias.clone()), residual, activation };
        if let Some(y) = multiply(units, &x, &weight, None, geometry, epilogue) {
            return y;
        }
    }
    let y = Maps::from_tensor(forward(x, weight, None, geometry));
    norm::finish(&y, bias, residual, activation)
}

fn direct<R: CubeRuntime>(
    x: CubeTensor<R>,
    weight: CubeTensor<R>,
    bias: Option<CubeTensor<R>>,
    geometry: ConvGeometry,
    strategy: ConvStrategy,
) -> CubeTensor<R> {
    conv_forward(x, weight, bias, reference::options(geometry), strategy)
        .expect("the framework takes a convolution of one group")
}

/// `None` where the units do not take these channels.
fn multiply<R: CubeRuntime>(
    units: Units,
    x: &CubeTensor<R>,
    weight: &CubeTensor<R>,
    start: Option<CubeTensor<R>>,
    geometry: ConvGeometry,
    epilogue: Epilogue<'_, R>,
) -> Option<Maps<R>> {
    if !x.meta.shape()[1].is_multiple_of(CHANNELS) {
        return None;
    }
    let [x, weight] = [x, weight].map(|tensor| Maps::from_tensor(tensor.clone()));
    let Extent { batch: channels, height: kernel, .. } = weight.extent;
    let side = |side: usize| (side + 2 * geometry.padding - kernel) / geometry.stride + 1;
    let (height, width) = (side(x.extent.height), side(x.extent.width));
    let y = x.new_like(Extent { channels, height, width, ..x.extent });
    launch::convolution(units, [&x, &weight, &y], start, geometry, epilogue).ok()?;
    Some(y)
}

/// Gradient of a convolution's input of this extent, given that of its output, and what other uses of
/// the input contributed. The weight is in the number format of the gradient.
pub(in crate::gpu) fn input_gradient<R: CubeRuntime>(
    gradient: CubeTensor<R>,
    weight: CubeTensor<R>,
    input: Extent,
    geometry: ConvGeometry,
    sum: Option<Maps<R>>,
) -> CubeTensor<R> {
    let units = units(&gradient);
    if let Some(dx) = units.and_then(|units| {
        multiply_transposed(units, &gradient, &weight, input, geometry, sum.as_ref())
    }) {
        return dx.into_tensor();
    }
    let strategy = if units.is_some() { ConvStrategy::Direct } else { ConvStrategy::default() };
    let options = reference::options(geometry);
    let dx = conv_data_backward(gradient, weight, input.shape(), options, strategy)
        .expect("the framework takes a convolution of one group");
    match sum {
        Some(sum) => pairs(&sum, &Maps::from_tensor(dx), Pairing::Sum).into_tensor(),
        None => dx,
    }
}

/// `None` where the units do not take these channels, or the output has other pixels at stride 1.
fn multiply_transposed<R: CubeRuntime>(
    units: Units,
    gradient: &CubeTensor<R>,
    weight: &CubeTensor<R>,
    input: Extent,
    geometry: ConvGeometry,
    sum: Option<&Maps<R>>,
) -> Option<Maps<R>> {
    let [_, _, kernel, _] = weight.meta.shape().dims();
    let is_even = 2 * geometry.padding + 1 == kernel;
    if !is_even || !gradient.meta.shape()[1].is_multiple_of(CHANNELS) {
        return None;
    }
    let [dy, weight] = [gradient, weight].map(|tensor| Maps::from_tensor(tensor.clone()));
    let dx = dy.new_like(input);
    let epilogue = Epilogue { residual: sum, ..Epilogue::NONE };
    launch::input_gradient(units, [&dy, &weight, &dx], geometry, epilogue).ok()?;
    Some(dx)
}
