//! Convolutions as products of matrices that are never written out, on units that multiply matrices.
//!
//! The framework times every kernel that it has for every shape and direction, each compiled for a
//! second or so: minutes before a first step. One of them leads by a wide margin or is level wherever
//! all were timed (`docs/benchmarks.md`), and is chosen here by rule.

use burn_backend::DType;
use burn_cubecl::CubeRuntime;
use burn_cubecl::kernel::conv::{ConvStrategy, conv_data_backward, conv_forward};
use burn_cubecl::ops::permute_nchw_to_nhwc;
use burn_cubecl::tensor::CubeTensor;
use cubek::convolution::components::ConvSetupError;
use cubek::convolution::{
    AcceleratedTileKind, ConvAlgorithm, ConvolutionArgs, ConvolutionInputs, Strategy, launch_ref,
};
use cubek::matmul::definition::{MatmulElems, MatmulGlobalElems};
use cubek::std::InputBinding;

use super::spread::spread;
use crate::gpu::maps::{Extent, Maps};
use crate::reference;
use crate::types::ConvGeometry;

const STRATEGY: Strategy = Strategy::Inferred {
    algorithm: ConvAlgorithm::SimpleSyncStrided,
    tile_kind: AcceleratedTileKind::Mma,
};

/// Channels over which a product adds come in multiples of this: sixteen bytes and more.
const CHANNELS: usize = 8;

/// Whether a device multiplies matrices in the way that the kernels here want.
fn has_units<R: CubeRuntime>(tensor: &CubeTensor<R>) -> bool {
    !tensor.client.properties().features.matmul.mma.is_empty()
}

/// The convolution of `x`, with a bias `[out]` perhaps; the weight is in the number format of `x`.
pub(in crate::gpu) fn forward<R: CubeRuntime>(
    x: CubeTensor<R>,
    weight: CubeTensor<R>,
    bias: Option<CubeTensor<R>>,
    geometry: ConvGeometry,
) -> CubeTensor<R> {
    if !has_units(&x) {
        return direct(x, weight, bias, geometry, ConvStrategy::default());
    }
    if x.meta.shape()[1].is_multiple_of(CHANNELS) {
        let (x, weight) = (Maps::from_tensor(x.clone()), Maps::from_tensor(weight.clone()));
        if let Ok(y) = multiply(&x, &weight, bias.clone(), geometry) {
            return y.into_tensor();
        }
    }
    direct(x, weight, bias, geometry, ConvStrategy::Direct)
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

fn multiply<R: CubeRuntime>(
    x: &Maps<R>,
    weight: &Maps<R>,
    bias: Option<CubeTensor<R>>,
    geometry: ConvGeometry,
) -> Result<Maps<R>, ConvSetupError> {
    let Extent { batch: channels, height: kernel, .. } = weight.extent;
    let side = |side: usize| (side + 2 * geometry.padding - kernel) / geometry.stride + 1;
    let (height, width) = (side(x.extent.height), side(x.extent.width));
    let y = x.new_like(Extent { channels, height, width, ..x.extent });
    let bias = bias.map(|bias| {
        let dtype = bias.dtype;
        InputBinding::Normal(bias.binding(), dtype.into())
    });
    let inputs = ConvolutionInputs::Forward {
        input: input(x),
        weight: input(weight),
        bias,
        out: permute_nchw_to_nhwc(y.tensor().clone()).binding(),
    };
    launch(x, inputs, geometry.stride, geometry.padding)?;
    Ok(y)
}

/// Gradient of a convolution's input of this shape, given that of its output; the weight is in the
/// number format of the gradient.
pub(in crate::gpu) fn input_gradient<R: CubeRuntime>(
    gradient: CubeTensor<R>,
    weight: CubeTensor<R>,
    input: Extent,
    geometry: ConvGeometry,
) -> CubeTensor<R> {
    let options = reference::options(geometry);
    let shape = input.shape();
    let framework = |gradient, weight, strategy| {
        conv_data_backward(gradient, weight, shape.clone(), options.clone(), strategy)
            .expect("the framework takes a convolution of one group")
    };
    if !has_units(&gradient) {
        return framework(gradient, weight, ConvStrategy::default());
    }
    let [_, _, kernel, _] = weight.meta.shape().dims();
    let is_even = 2 * geometry.padding + 1 == kernel;
    if is_even && gradient.meta.shape()[1].is_multiple_of(CHANNELS) {
        let dy = spread(Maps::from_tensor(gradient.clone()), input, geometry);
        let found = multiply_transposed(&dy, &Maps::from_tensor(weight.clone()), input, geometry);
        if let Ok(dx) = found {
            return dx.into_tensor();
        }
    }
    framework(gradient, weight, ConvStrategy::Direct)
}

/// The convolution's stride is 1 here, that of spread gradients.
fn multiply_transposed<R: CubeRuntime>(
    gradient: &Maps<R>,
    weight: &Maps<R>,
    extent: Extent,
    geometry: ConvGeometry,
) -> Result<Maps<R>, ConvSetupError> {
    let dx = gradient.new_like(extent);
    let inputs = ConvolutionInputs::BackwardData {
        out_grad: input(gradient),
        weights: input(weight),
        in_grad: permute_nchw_to_nhwc(dx.tensor().clone()).binding(),
    };
    launch(gradient, inputs, 1, geometry.padding)?;
    Ok(dx)
}

fn launch<R: CubeRuntime>(
    maps: &Maps<R>,
    inputs: ConvolutionInputs<R>,
    stride: usize,
    padding: usize,
) -> Result<(), ConvSetupError> {
    let dtype: DType = maps.tensor().dtype;
    let values = MatmulGlobalElems { lhs: dtype.into(), rhs: dtype.into(), out: dtype.into() };
    let args = ConvolutionArgs { stride: [stride; 2], padding: [padding; 2], dilation: [1; 2] };
    launch_ref(&STRATEGY, &maps.tensor().client, inputs, args, MatmulElems::from_globals(&values))
}

fn input<R: CubeRuntime>(maps: &Maps<R>) -> InputBinding<R> {
    let dtype = maps.tensor().dtype;
    InputBinding::new(permute_nchw_to_nhwc(maps.tensor().clone()).binding(), dtype.into())
}
