//! The operations for the `Flex` backend. Anything but `f32` goes the composed way.

use burn::tensor::ops::{FloatTensor, IntTensor};
use burn_backend::{DType, Shape, TensorMetadata};
use burn_flex::{Flex, FlexTensor, Layout};
use burn_std::Bytes;

use super::conv::{self, Addition, Conv, Reuse};
use super::maps::{Extent, Maps};
use super::memory::Buffer;
use super::norm::gradient::{self as norm_gradient, Mask, Slope};
use super::norm::moments::Moments;
use super::norm::{self, Scale};
use super::pixels::{self, Labels};
use super::simd::Isa;
use super::{fuse, many, pointwise};
use crate::backend::KernelBackend;
use crate::composed;
use crate::reference::{self, gradient as reference_gradient};
use crate::shapes;
use crate::types::{
    Activation, AdamStep, AdamValues, ConvGeometry, LogLikelihood, NormGradients, NormOutput,
    NormState,
};

/// Feature maps with a channel count that is no multiple of this are predictions, read next by
/// plain operations, which are slow on anything but the plain order.
const FEATURE_CHANNELS: usize = 8;
/// Largest kernel side of the direct convolution.
const MAX_KERNEL: usize = 7;

impl KernelBackend for Flex {
    fn conv(x: FlexTensor, weight: FlexTensor, geometry: ConvGeometry) -> FlexTensor {
        shapes::conv(&x, &weight, geometry);
        if !supported(&x, &weight) {
            return composed::conv::<Self>(x, weight, geometry);
        }
        let weight = weight.to_contiguous();
        let conv = Conv { weight: &weight, geometry, reuse: Reuse::Never, isa: Isa::current() };
        leave(conv::forward(&Maps::from_tensor(x), conv, &Addition::NONE))
    }

    fn conv_bias(
        x: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        residual: Option<FlexTensor>,
        activation: Activation,
        geometry: ConvGeometry,
    ) -> FlexTensor {
        shapes::conv_bias(&x, &weight, &bias, residual.as_ref(), geometry);
        if !supported(&x, &weight) {
            return composed::conv_bias::<Self>(x, weight, bias, residual, activation, geometry);
        }
        let weight = weight.to_contiguous();
        let residual = residual.map(Maps::from_tensor);
        let bias = vector(&bias);
        let addition = Addition { bias: Some(&bias), residual: residual.as_ref(), activation };
        let conv =
            Conv { weight: &weight, geometry, reuse: Reuse::WhileAlive, isa: Isa::current() };
        leave(conv::forward(&Maps::from_tensor(x), conv, &addition))
    }

    fn norm_batch(
        x: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        epsilon: f64,
        residual: Option<FlexTensor>,
        activation: Activation,
    ) -> NormOutput<Self> {
        shapes::norm(&x, &[("weight", &weight), ("bias", &bias)], residual.as_ref());
        if !is_f32(&x) {
            return composed::norm_batch::<Self>(x, weight, bias, epsilon, residual, activation);
        }
        let x = Maps::from_tensor(x);
        let moments = Moments::of(&x);
        let mean: Vec<f32> = moments.mean.iter().map(|&mean| mean as f32).collect();
        let variance: Vec<f32> =
            (0..mean.len()).map(|channel| moments.variance(channel) as f32).collect();
        let scale = Scale::new(&mean, &variance, &vector(&weight), &vector(&bias), epsilon);
        let residual = residual.map(Maps::from_tensor);
        let output = norm::apply(x, &scale, residual.as_ref(), activation).into_tensor();
        NormOutput { output, mean: from_vector(mean), variance: from_vector(variance) }
    }

    fn moments(x: FlexTensor) -> [FlexTensor; 2] {
        if !is_f32(&x) {
            return composed::moments::<Self>(x);
        }
        let moments = Moments::of(&Maps::from_tensor(x));
        let variance = (0..moments.mean.len()).map(|channel| moments.variance(channel) as f32);
        [from_vector(narrow(&moments.mean)), from_vector(variance.collect())]
    }

    fn norm_frozen(
        x: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        mean: FlexTensor,
        variance: FlexTensor,
        epsilon: f64,
        residual: Option<FlexTensor>,
        activation: Activation,
    ) -> FlexTensor {
        let vectors =
            [("weight", &weight), ("bias", &bias), ("mean", &mean), ("variance", &variance)];
        shapes::norm(&x, &vectors, residual.as_ref());
        if !is_f32(&x) {
            return composed::norm_frozen::<Self>(
                x, weight, bias, mean, variance, epsilon, residual, activation,
            );
        }
        let (weight, bias) = (vector(&weight), vector(&bias));
        let scale = Scale::new(&vector(&mean), &vector(&variance), &weight, &bias, epsilon);
        let residual = residual.map(Maps::from_tensor);
        norm::apply(Maps::from_tensor(x), &scale, residual.as_ref(), activation).into_tensor()
    }

    fn fuse(target: FlexTensor, edges: Vec<FlexTensor>, activation: Activation) -> FlexTensor {
        shapes::fuse(&target, &edges);
        if !is_f32(&target) {
            return composed::fuse::<Self>(target, edges, activation);
        }
        let edges: Vec<Maps> = edges.into_iter().map(Maps::from_tensor).collect();
        fuse::forward(Maps::from_tensor(target), &edges, activation).into_tensor()
    }

    fn conv_input_gradient(
        x: FlexTensor,
        weight: FlexTensor,
        gradient: FlexTensor,
        geometry: ConvGeometry,
        sum: Option<FlexTensor>,
    ) -> FlexTensor {
        shapes::conv_input_gradient(&x, &weight, &gradient, geometry, sum.as_ref());
        if !supported(&x, &weight) {
            return reference_gradient::conv_input::<Self>(x, weight, gradient, geometry, sum);
        }
        let input = Extent::of(&x);
        let weight = weight.to_contiguous();
        let conv = Conv { weight: &weight, geometry, reuse: Reuse::Never, isa: Isa::current() };
        let sum = sum.map(Maps::from_tensor);
        conv::input_gradient(&Maps::from_tensor(gradient), conv, input, sum.as_ref()).into_tensor()
    }

    fn conv_weight_gradient(
        x: FlexTensor,
        weight: FlexTensor,
        gradient: FlexTensor,
        geometry: ConvGeometry,
    ) -> FlexTensor {
        shapes::conv_weight_gradient(&x, &weight, &gradient, geometry);
        if !supported(&x, &weight) {
            return reference_gradient::conv_weight::<Self>(x, weight, gradient, geometry);
        }
        let shape: [usize; 4] = weight.shape().dims();
        let mut result = Buffer::new(shape.iter().product());
        let (x, dy) = (Maps::from_tensor(x), Maps::from_tensor(gradient));
        conv::weight_gradient(&x, &dy, shape[2], geometry, Isa::current(), result.as_mut_slice());
        let layout = Layout::contiguous(Shape::from(shape));
        FlexTensor::new(result.into_bytes(), layout, DType::F32)
    }

    fn norm_gradient(state: NormState<Self>, gradient: FlexTensor) -> NormGradients<Self> {
        shapes::norm_gradient(&state, &gradient);
        if is_f32(&state.x) {
            norm_gradients(state, gradient)
        } else {
            reference_gradient::norm::<Self>(state, gradient)
        }
    }

    fn relu_gradient(output: FlexTensor, gradient: FlexTensor) -> FlexTensor {
        shapes::relu_gradient(&output, &gradient);
        if !is_f32(&output) {
            return composed::relu_gradient::<Self>(output, gradient);
        }
        let output = Maps::from_tensor(output);
        pointwise::relu_gradient(&output, Maps::from_tensor(gradient)).into_tensor()
    }

    fn channel_sums(gradient: FlexTensor) -> FlexTensor {
        shapes::channel_sums(&gradient);
        if !is_f32(&gradient) {
            return composed::channel_sums::<Self>(gradient);
        }
        from_vector(narrow(&pointwise::channel_sums(&Maps::from_tensor(gradient))))
    }

    fn edge_gradient(gradient: FlexTensor, shape: [usize; 4]) -> FlexTensor {
        shapes::edge_gradient(&gradient, shape);
        if !is_f32(&gradient) {
            return composed::edge_gradient::<Self>(gradient, shape);
        }
        let [batch, channels, height, width] = shape;
        let edge = Extent { batch, channels, height, width };
        let gradient = Maps::from_tensor(gradient);
        if gradient.extent == edge {
            return gradient.into_tensor();
        }
        fuse::edge_gradient(&gradient, edge).into_tensor()
    }

    fn blend(target: FlexTensor, edges: Vec<FlexTensor>, activation: Activation) -> FlexTensor {
        shapes::blend(&target, &edges);
        if !is_f32(&target) {
            return composed::blend::<Self>(target, edges, activation);
        }
        let edges: Vec<Maps> = edges.into_iter().map(Maps::from_tensor).collect();
        pixels::blend(Maps::from_tensor(target), &edges, activation).into_tensor()
    }

    fn upsample(x: FlexTensor, size: [usize; 2]) -> FlexTensor {
        shapes::upsample(&x, size);
        if !is_f32(&x) {
            return composed::upsample::<Self>(x, size);
        }
        pixels::upsample(Maps::from_tensor(x), size).into_tensor()
    }

    fn upsample_gradient(gradient: FlexTensor, size: [usize; 2]) -> FlexTensor {
        shapes::upsample_gradient(&gradient, size);
        if !is_f32(&gradient) {
            return composed::upsample_gradient::<Self>(gradient, size);
        }
        pixels::upsample_gradient(Maps::from_tensor(gradient), size).into_tensor()
    }

    fn log_likelihood(scores: FlexTensor, labels: IntTensor<Self>) -> LogLikelihood<Self> {
        shapes::log_likelihood(&scores, &labels);
        let Some(known) = classes(&labels).filter(|_| is_f32(&scores)) else {
            return composed::log_likelihood::<Self>(scores, labels);
        };
        let [values, normaliser] = pixels::log_likelihood(&scores, &known)
            .map(|values| plain(values, [labels.shape()[0], known.height, known.width]));
        LogLikelihood { values, normaliser }
    }

    fn log_likelihood_gradient(
        scores: FlexTensor,
        labels: IntTensor<Self>,
        normaliser: FlexTensor,
        gradient: FlexTensor,
    ) -> FlexTensor {
        shapes::log_likelihood_gradient(&scores, &labels, &normaliser, &gradient);
        let all_f32 = [&scores, &normaliser, &gradient].into_iter().all(is_f32);
        let Some(known) = classes(&labels).filter(|_| all_f32) else {
            return composed::log_likelihood_gradient::<Self>(scores, labels, normaliser, gradient);
        };
        let [normaliser, gradient] = [normaliser, gradient].map(|tensor| vector(&tensor));
        pixels::log_likelihood_gradient(&scores, &known, &normaliser, &gradient).into_tensor()
    }

    fn adam(values: AdamValues<Self>, gradient: FlexTensor, step: AdamStep) -> AdamValues<Self> {
        shapes::adam(&values, &gradient);
        let AdamValues { weight, mean, square } = values;
        let all = [&weight, &mean, &square, &gradient];
        if all.iter().any(|tensor| !is_f32(tensor)) {
            return reference::adam::<Self>(AdamValues { weight, mean, square }, gradient, step);
        }
        let [weight, mean, square] = many::adam::step([weight, mean, square], &gradient, step);
        AdamValues { weight, mean, square }
    }

    fn average_all(
        averages: Vec<FlexTensor>,
        values: Vec<FlexTensor>,
        keep: f64,
    ) -> Vec<FlexTensor> {
        shapes::average_all(&averages, &values);
        if averages.iter().chain(&values).any(|tensor| !is_f32(tensor)) {
            return reference::many::average_all::<Self>(averages, values, keep);
        }
        let average = |(average, value)| many::average::average(average, &value, keep);
        averages.into_iter().zip(values).map(average).collect()
    }

    fn square_sum(tensors: Vec<FlexTensor>) -> FlexTensor {
        shapes::square_sum(&tensors);
        if tensors.iter().any(|tensor| !is_f32(tensor)) {
            return reference::many::square_sum::<Self>(tensors);
        }
        from_vector(vec![tensors.iter().map(many::squares::sum).sum::<f64>() as f32])
    }

    fn scale_all(tensors: Vec<FlexTensor>, factor: FlexTensor) -> Vec<FlexTensor> {
        shapes::scale_all(&factor);
        if tensors.iter().chain([&factor]).any(|tensor| !is_f32(tensor)) {
            return reference::many::scale_all::<Self>(tensors, factor);
        }
        let factor = vector(&factor)[0];
        tensors.into_iter().map(|tensor| many::average::scale(tensor, factor)).collect()
    }

    fn add_gradients(a: FlexTensor, b: FlexTensor) -> FlexTensor {
        shapes::add_gradients(&a, &b);
        if !is_f32(&a) {
            return <Self as burn::tensor::ops::FloatTensorOps<Self>>::float_add(a, b);
        }
        pointwise::add(Maps::from_tensor(a), Maps::from_tensor(b)).into_tensor()
    }
}

fn norm_gradients(state: NormState<Flex>, gradient: FlexTensor) -> NormGradients<Flex> {
    let NormState { epsilon, origin, activation, .. } = state;
    let x = Maps::from_tensor(state.x);
    let (mean, variance) = (vector(&state.mean), vector(&state.variance));
    let scale = Scale::new(&mean, &variance, &vector(&state.weight), &vector(&state.bias), epsilon);
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

fn is_f32(tensor: &FlexTensor) -> bool {
    tensor.dtype() == DType::F32
}

fn supported(x: &FlexTensor, weight: &FlexTensor) -> bool {
    let [_, _, kernel, _] = weight.shape().dims::<4>();
    is_f32(x) && is_f32(weight) && kernel <= MAX_KERNEL
}

/// Results that plain operations will read leave in the plain order.
fn leave(maps: Maps) -> FloatTensor<Flex> {
    if maps.extent.channels.is_multiple_of(FEATURE_CHANNELS) {
        maps.into_tensor()
    } else {
        maps.into_plain_tensor()
    }
}

fn vector(tensor: &FlexTensor) -> Vec<f32> {
    tensor.to_contiguous().as_slice().expect("contiguous float32 values").to_vec()
}

/// Labels `[batch, height, width]`, where they are of a common type.
fn classes(labels: &FlexTensor) -> Option<Labels> {
    let [_, height, width] = labels.shape().dims();
    let labels = labels.to_contiguous();
    let values = match labels.dtype() {
        DType::I32 => labels.as_slice::<i32>()?.to_vec(),
        // A number that does not fit is no class.
        DType::I64 => labels
            .as_slice::<i64>()?
            .iter()
            .map(|&label| i32::try_from(label).unwrap_or(-1))
            .collect(),
        _ => return None,
    };
    Some(Labels { values, height, width })
}

fn plain(values: Buffer, shape: [usize; 3]) -> FlexTensor {
    FlexTensor::new(values.into_bytes(), Layout::contiguous(Shape::from(shape)), DType::F32)
}

fn from_vector(values: Vec<f32>) -> FlexTensor {
    let layout = Layout::contiguous(Shape::from([values.len()]));
    FlexTensor::new(Bytes::from_elems(values), layout, DType::F32)
}

fn narrow(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}
