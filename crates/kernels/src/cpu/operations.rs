//! Operations on features of any format that has kernels.

use burn_backend::{DType, Shape, TensorMetadata};
use burn_flex::{Flex, FlexTensor, Layout};
use burn_std::{Bytes, bf16};

use super::conv::{self, Addition, Conv, Reuse};
use super::convert::convert;
use super::maps::{Extent, Maps};
use super::memory::Buffer;
use super::norm::gradient::{self as norm_gradient, Mask, Slope};
use super::norm::moments::Moments;
use super::norm::{self, Scale};
use super::simd::{Element, Isa};
use super::{fuse, half, pixels, pointwise};
use crate::composed;
use crate::types::{Activation, ConvGeometry, NormGradients, NormOutput, NormState};

/// Feature maps with a channel count that is no multiple of this are predictions, read next by
/// plain operations, which are slow on anything but the plain order.
const FEATURE_CHANNELS: usize = 8;

/// A format of features with convolutions of its own.
pub(super) trait Features: Element {
    fn forward(x: &Maps<Self>, conv: Conv<'_>, addition: &Addition<'_, Self>) -> Maps<Self>;

    fn input_gradient(
        dy: &Maps<Self>,
        conv: Conv<'_>,
        input: Extent,
        sum: Option<&Maps<Self>>,
    ) -> Maps<Self>;

    fn weight_gradient(
        x: &Maps<Self>,
        dy: &Maps<Self>,
        kernel: usize,
        geometry: ConvGeometry,
        isa: Isa,
        gradient: &mut [f32],
    );

    /// Runs an operation that has kernels for float32 alone.
    fn in_float32(maps: Vec<Maps<Self>>, run: impl FnOnce(Vec<Maps>) -> Maps) -> Maps<Self>;
}

impl Features for f32 {
    fn forward(x: &Maps, conv: Conv<'_>, addition: &Addition<'_>) -> Maps {
        conv::forward(x, conv, addition)
    }

    fn input_gradient(dy: &Maps, conv: Conv<'_>, input: Extent, sum: Option<&Maps>) -> Maps {
        conv::input_gradient(dy, conv, input, sum)
    }

    fn weight_gradient(
        x: &Maps,
        dy: &Maps,
        kernel: usize,
        geometry: ConvGeometry,
        isa: Isa,
        gradient: &mut [f32],
    ) {
        conv::weight_gradient(x, dy, kernel, geometry, isa, gradient);
    }

    fn in_float32(maps: Vec<Maps>, run: impl FnOnce(Vec<Maps>) -> Maps) -> Maps {
        run(maps)
    }
}

impl Features for bf16 {
    fn forward(x: &Maps<Self>, conv: Conv<'_>, addition: &Addition<'_, Self>) -> Maps<Self> {
        half::forward(x, conv, addition)
    }

    fn input_gradient(
        dy: &Maps<Self>,
        conv: Conv<'_>,
        input: Extent,
        sum: Option<&Maps<Self>>,
    ) -> Maps<Self> {
        half::input_gradient(dy, conv, input, sum)
    }

    fn weight_gradient(
        x: &Maps<Self>,
        dy: &Maps<Self>,
        kernel: usize,
        geometry: ConvGeometry,
        isa: Isa,
        gradient: &mut [f32],
    ) {
        half::weight_gradient(x, dy, kernel, geometry, isa, gradient);
    }

    fn in_float32(maps: Vec<Maps<Self>>, run: impl FnOnce(Vec<Maps>) -> Maps) -> Maps<Self> {
        convert(&run(maps.iter().map(convert).collect()))
    }
}

/// Bias, residual and activation of a convolution, as tensors.
pub(super) struct Added {
    /// `[out]`.
    pub bias: Option<Vec<f32>>,
    pub residual: Option<FlexTensor>,
    pub activation: Activation,
}

impl Added {
    pub const NOTHING: Self = Self { bias: None, residual: None, activation: Activation::Identity };
}

/// `activation(conv(x) + bias + residual)`.
pub(super) fn conv<E: Features>(
    x: FlexTensor,
    weight: FlexTensor,
    added: Added,
    geometry: ConvGeometry,
    reuse: Reuse,
) -> FlexTensor {
    let weight = full_weight(weight);
    let Added { bias, residual, activation } = added;
    let residual = residual.map(Maps::from_tensor);
    let addition = Addition { bias: bias.as_deref(), residual: residual.as_ref(), activation };
    let conv = Conv { weight: &weight, geometry, reuse, isa: Isa::current() };
    leave(E::forward(&Maps::from_tensor(x), conv, &addition))
}

pub(super) fn norm_batch<E: Features>(
    x: FlexTensor,
    weight: &FlexTensor,
    bias: &FlexTensor,
    epsilon: f64,
    residual: Option<FlexTensor>,
    activation: Activation,
) -> NormOutput<Flex> {
    let x = Maps::<E>::from_tensor(x);
    let [mean, variance] = measure(&x);
    let scale = Scale::new(&mean, &variance, &vector(weight), &vector(bias), epsilon);
    let residual = residual.map(Maps::from_tensor);
    let output = norm::apply(x, &scale, residual.as_ref(), activation).into_tensor();
    NormOutput { output, mean: from_vector(mean), variance: from_vector(variance) }
}

pub(super) fn moments<E: Features>(x: FlexTensor) -> [FlexTensor; 2] {
    measure(&Maps::<E>::from_tensor(x)).map(from_vector)
}

/// Mean and biased variance.
fn measure<E: Features>(x: &Maps<E>) -> [Vec<f32>; 2] {
    let moments = Moments::of(x);
    let variance = (0..moments.mean.len()).map(|channel| moments.variance(channel) as f32);
    [narrow(&moments.mean), variance.collect()]
}

/// The normalisation by mean, variance, weight and bias.
pub(super) fn scale(vectors: [&FlexTensor; 4], epsilon: f64) -> Scale {
    let [mean, variance, weight, bias] = vectors.map(vector);
    Scale::new(&mean, &variance, &weight, &bias, epsilon)
}

pub(super) fn norm_frozen<E: Features>(
    x: FlexTensor,
    scale: &Scale,
    residual: Option<FlexTensor>,
    activation: Activation,
) -> FlexTensor {
    let residual = residual.map(Maps::from_tensor);
    norm::apply(Maps::<E>::from_tensor(x), scale, residual.as_ref(), activation).into_tensor()
}

pub(super) fn fuse<E: Features>(
    target: FlexTensor,
    edges: Vec<FlexTensor>,
    activation: Activation,
) -> FlexTensor {
    let edges: Vec<Maps<E>> = edges.into_iter().map(Maps::from_tensor).collect();
    fuse::forward(Maps::from_tensor(target), &edges, activation).into_tensor()
}

pub(super) fn conv_input_gradient<E: Features>(
    gradient: FlexTensor,
    weight: FlexTensor,
    geometry: ConvGeometry,
    input: Extent,
    sum: Option<FlexTensor>,
) -> FlexTensor {
    let weight = full_weight(weight);
    let conv = Conv { weight: &weight, geometry, reuse: Reuse::Never, isa: Isa::current() };
    let sum = sum.map(Maps::from_tensor);
    E::input_gradient(&Maps::from_tensor(gradient), conv, input, sum.as_ref()).into_tensor()
}

pub(super) fn conv_weight_gradient<E: Features>(
    x: FlexTensor,
    weight: &FlexTensor,
    gradient: FlexTensor,
    geometry: ConvGeometry,
) -> FlexTensor {
    let shape: [usize; 4] = weight.shape().dims();
    let mut result = Buffer::<f32>::new(shape.iter().product());
    let (x, dy) = (Maps::from_tensor(x), Maps::from_tensor(gradient));
    E::weight_gradient(&x, &dy, shape[2], geometry, Isa::current(), result.as_mut_slice());
    let layout = Layout::contiguous(Shape::from(shape));
    let result = FlexTensor::new(result.into_bytes(), layout, DType::F32);
    if weight.dtype() == DType::F32 {
        result
    } else {
        composed::cast::<Flex>(result, weight.dtype())
    }
}

pub(super) fn norm_gradient<E: Features>(
    state: NormState<Flex>,
    gradient: FlexTensor,
) -> NormGradients<Flex> {
    let NormState { epsilon, origin, activation, .. } = state;
    let x = Maps::<E>::from_tensor(state.x);
    let variance = vector(&state.variance);
    let scale = scale([&state.mean, &state.variance, &state.weight, &state.bias], epsilon);
    let dy = Maps::from_tensor(gradient);
    let (dy, sums, mask, residual) = match state.output.map(Maps::from_tensor) {
        // The residual wants the masked gradient anyway: it is masked once.
        Some(output) if activation == Activation::Relu => {
            let (dz, sums) = norm_gradient::masked_sums(&x, dy, &output, &scale);
            (dz.clone(), sums, Mask::Open, Some(dz.into_tensor()))
        }
        _ => {
            let mask = match activation {
                Activation::Identity => Mask::Open,
                Activation::Relu => Mask::Normalised,
            };
            let sums = norm_gradient::sums(&x, &dy, &scale, mask);
            (dy, sums, mask, None)
        }
    };
    let inverse: Vec<f64> =
        variance.iter().map(|&v| (f64::from(v) + epsilon).sqrt().recip()).collect();
    let slope = Slope::of(&sums, &scale, &inverse, x.extent.pixels(), origin);
    let weight = sums.product.iter().zip(&inverse).map(|(sum, inverse)| sum * inverse);
    NormGradients {
        weight: from_vector(weight.map(|value| value as f32).collect()),
        bias: from_vector(narrow(&sums.gradient)),
        x: norm_gradient::input(&x, dy, &scale, &slope, mask).into_tensor(),
        residual,
    }
}

pub(super) fn relu_gradient<E: Features>(output: FlexTensor, gradient: FlexTensor) -> FlexTensor {
    let output = Maps::<E>::from_tensor(output);
    pointwise::relu_gradient(&output, Maps::from_tensor(gradient)).into_tensor()
}

pub(super) fn channel_sums<E: Features>(gradient: FlexTensor) -> FlexTensor {
    from_vector(narrow(&pointwise::channel_sums(&Maps::<E>::from_tensor(gradient))))
}

pub(super) fn edge_gradient<E: Features>(gradient: FlexTensor, shape: [usize; 4]) -> FlexTensor {
    let [batch, channels, height, width] = shape;
    let edge = Extent { batch, channels, height, width };
    let gradient = Maps::<E>::from_tensor(gradient);
    if gradient.extent == edge {
        return gradient.into_tensor();
    }
    fuse::edge_gradient(&gradient, edge).into_tensor()
}

pub(super) fn blend<E: Features>(
    target: FlexTensor,
    edges: Vec<FlexTensor>,
    activation: Activation,
) -> FlexTensor {
    let mut maps = vec![Maps::from_tensor(target)];
    maps.extend(edges.into_iter().map(Maps::from_tensor));
    let run = |mut maps: Vec<Maps>| {
        let edges = maps.split_off(1);
        pixels::blend(maps.remove(0), &edges, activation)
    };
    E::in_float32(maps, run).into_tensor()
}

pub(super) fn upsample<E: Features>(x: FlexTensor, size: [usize; 2]) -> FlexTensor {
    let run = |mut maps: Vec<Maps>| pixels::upsample(maps.remove(0), size);
    E::in_float32(vec![Maps::from_tensor(x)], run).into_tensor()
}

pub(super) fn upsample_gradient<E: Features>(gradient: FlexTensor, size: [usize; 2]) -> FlexTensor {
    let run = |mut maps: Vec<Maps>| pixels::upsample_gradient(maps.remove(0), size);
    E::in_float32(vec![Maps::from_tensor(gradient)], run).into_tensor()
}

pub(super) fn add_gradients<E: Features>(a: FlexTensor, b: FlexTensor) -> FlexTensor {
    pointwise::add(Maps::<E>::from_tensor(a), Maps::from_tensor(b)).into_tensor()
}

/// Results that plain operations will read leave in the plain order.
fn leave<E: Features>(maps: Maps<E>) -> FlexTensor {
    if maps.extent.channels.is_multiple_of(FEATURE_CHANNELS) {
        maps.into_tensor()
    } else {
        maps.into_plain_tensor()
    }
}

/// A weight as kernels read it: contiguous and in float32.
fn full_weight(weight: FlexTensor) -> FlexTensor {
    let weight = weight.to_contiguous();
    if weight.dtype() == DType::F32 { weight } else { composed::cast::<Flex>(weight, DType::F32) }
}

/// Values of a tensor of any format.
pub(super) fn vector(tensor: &FlexTensor) -> Vec<f32> {
    let tensor = tensor.to_contiguous();
    match tensor.as_slice::<bf16>() {
        Some(values) => values.iter().map(|value| value.to_f32()).collect(),
        None => tensor.as_slice().expect("contiguous float32 values").to_vec(),
    }
}

pub(super) fn from_vector(values: Vec<f32>) -> FlexTensor {
    let layout = Layout::contiguous(Shape::from([values.len()]));
    FlexTensor::new(Bytes::from_elems(values), layout, DType::F32)
}

fn narrow(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}
