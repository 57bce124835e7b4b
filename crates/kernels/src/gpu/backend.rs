//! The operations for GPU backends. Number formats without float32 arithmetic of their own, kernels
//! of other shapes and single values go the composed way.

use burn::tensor::ops::{FloatTensorOps, ModuleOps};
use burn_backend::{Backend, DType};
use burn_cubecl::kernel::{cast, into_contiguous};
use burn_cubecl::ops::{permute_nchw_to_nhwc, permute_nhwc_to_nchw};
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{BoolElement, CubeBackend, CubeRuntime, FloatElement, IntElement};

use super::maps::{Extent, Maps};
use super::norm::{self, Forward, Moments, Scale};
use super::pointwise::{Pairing, pairs};
use super::{conv, fuse, many};
use crate::backend::KernelBackend;
use crate::composed;
use crate::reference::{self, gradient as reference_gradient};
use crate::shapes;
use crate::types::{
    Activation, AdamParameter, AdamStep, AdamValues, ConvGeometry, NormGradients, NormOutput,
    NormState,
};

/// Channels of features in sixteen bits come in multiples of this for units that multiply matrices and
/// add in float32. What they cannot take (the pictures' three channels), the framework adds in the
/// features' own format, which loses a sum over all pixels.
const TENSOR_CORE_CHANNELS: usize = 8;

impl<R, F, I, BT> KernelBackend for CubeBackend<R, F, I, BT>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    /// Channels last and in the features' number format, in one launch at most.
    fn prepare_weight(weight: CubeTensor<R>, dtype: DType) -> CubeTensor<R> {
        shapes::prepare_weight(&weight);
        if weight.dtype == dtype {
            return Maps::from_tensor(weight).into_tensor();
        }
        // A cast writes its result in order whatever the order it reads.
        let last = cast(permute_nchw_to_nhwc(weight), dtype);
        Maps::from_tensor(permute_nhwc_to_nchw(last)).into_tensor()
    }

    fn prepare_weights(weights: Vec<CubeTensor<R>>, dtype: DType) -> Vec<CubeTensor<R>> {
        let is_cast = |weight: &CubeTensor<R>| is_plain(weight) && weight.dtype != dtype;
        if is_float(dtype) && weights.iter().all(is_cast) {
            weights.iter().for_each(shapes::prepare_weight);
            return many::cast_all(weights, dtype);
        }
        weights.into_iter().map(|weight| Self::prepare_weight(weight, dtype)).collect()
    }

    fn prepare_bias(bias: CubeTensor<R>, dtype: DType) -> CubeTensor<R> {
        cast(bias, dtype)
    }

    fn conv(x: CubeTensor<R>, weight: CubeTensor<R>, geometry: ConvGeometry) -> CubeTensor<R> {
        shapes::conv(&x, &weight, geometry);
        let weight = Self::prepare_weight(weight, x.dtype);
        conv::forward(x, weight, None, geometry)
    }

    fn conv_bias(
        x: CubeTensor<R>,
        weight: CubeTensor<R>,
        bias: CubeTensor<R>,
        residual: Option<CubeTensor<R>>,
        activation: Activation,
        geometry: ConvGeometry,
    ) -> CubeTensor<R> {
        shapes::conv_bias(&x, &weight, &bias, residual.as_ref(), geometry);
        if !is_supported(&x) {
            return composed::conv_bias::<Self>(x, weight, bias, residual, activation, geometry);
        }
        let weight = Self::prepare_weight(weight, x.dtype);
        if residual.is_none() && activation == Activation::Identity {
            let bias = cast(bias, x.dtype);
            return conv::forward(x, weight, Some(bias), geometry);
        }
        let residual = residual.map(Maps::from_tensor);
        conv::finished(x, weight, vector(bias), residual.as_ref(), activation, geometry)
            .into_tensor()
    }

    fn norm_batch(
        x: CubeTensor<R>,
        weight: CubeTensor<R>,
        bias: CubeTensor<R>,
        epsilon: f64,
        residual: Option<CubeTensor<R>>,
        activation: Activation,
    ) -> NormOutput<Self> {
        shapes::norm(&x, &[("weight", &weight), ("bias", &bias)], residual.as_ref());
        if !is_supported(&x) {
            return composed::norm_batch::<Self>(x, weight, bias, epsilon, residual, activation);
        }
        let (x, residual) = (Maps::from_tensor(x), residual.map(Maps::from_tensor));
        let vectors = [weight, bias].map(vector);
        let (output, Moments { mean, variance }) =
            norm::normalise(&x, vectors, epsilon, residual.as_ref(), activation);
        NormOutput { output: output.into_tensor(), mean, variance }
    }

    fn moments(x: CubeTensor<R>) -> [CubeTensor<R>; 2] {
        if !is_supported(&x) {
            return composed::moments::<Self>(x);
        }
        let Moments { mean, variance } = Moments::of(&Maps::from_tensor(x));
        [mean, variance]
    }

    fn norm_frozen(
        x: CubeTensor<R>,
        weight: CubeTensor<R>,
        bias: CubeTensor<R>,
        mean: CubeTensor<R>,
        variance: CubeTensor<R>,
        epsilon: f64,
        residual: Option<CubeTensor<R>>,
        activation: Activation,
    ) -> CubeTensor<R> {
        let vectors =
            [("weight", &weight), ("bias", &bias), ("mean", &mean), ("variance", &variance)];
        shapes::norm(&x, &vectors, residual.as_ref());
        if !is_supported(&x) {
            return composed::norm_frozen::<Self>(
                x, weight, bias, mean, variance, epsilon, residual, activation,
            );
        }
        let scale = scale([mean, variance, weight, bias], epsilon);
        let residual = residual.map(Maps::from_tensor);
        norm::apply(&Maps::from_tensor(x), &scale, residual.as_ref(), activation).into_tensor()
    }

    fn fuse(
        target: CubeTensor<R>,
        edges: Vec<CubeTensor<R>>,
        activation: Activation,
    ) -> CubeTensor<R> {
        shapes::fuse(&target, &edges);
        if !is_supported(&target) {
            return composed::fuse::<Self>(target, edges, activation);
        }
        let edges: Vec<Maps<R>> = edges.into_iter().map(Maps::from_tensor).collect();
        let mut sum = Maps::from_tensor(target);
        let last = edges.len().saturating_sub(1) / fuse::MOST_EDGES;
        for index in 0..=last {
            let chunk = edges.chunks(fuse::MOST_EDGES).nth(index).unwrap_or_default();
            let activation = if index == last { activation } else { Activation::Identity };
            sum = fuse::forward(&sum, chunk, activation);
        }
        sum.into_tensor()
    }

    fn conv_input_gradient(
        x: CubeTensor<R>,
        weight: CubeTensor<R>,
        gradient: CubeTensor<R>,
        geometry: ConvGeometry,
        sum: Option<CubeTensor<R>>,
    ) -> CubeTensor<R> {
        shapes::conv_input_gradient(&x, &weight, &gradient, geometry, sum.as_ref());
        let weight = Self::prepare_weight(weight, x.dtype);
        if !is_supported(&x) {
            let value = conv::input_gradient(gradient, weight, Extent::of(&x), geometry, None);
            return match sum {
                Some(sum) => Self::add_gradients(sum, value),
                None => value,
            };
        }
        let sum = sum.map(Maps::from_tensor);
        conv::input_gradient(gradient, weight, Extent::of(&x), geometry, sum)
    }

    fn conv_weight_gradient(
        x: CubeTensor<R>,
        weight: CubeTensor<R>,
        gradient: CubeTensor<R>,
        geometry: ConvGeometry,
    ) -> CubeTensor<R> {
        shapes::conv_weight_gradient(&x, &weight, &gradient, geometry);
        let dtype = weight.dtype;
        if is_supported(&x) && is_supported(&gradient) {
            let [_, _, height, width] = weight.meta.shape().dims();
            let maps = [&x, &gradient].map(|tensor| Maps::from_tensor(tensor.clone()));
            let found = conv::weight_gradient(&maps[0], &maps[1], [height, width], geometry);
            if let Some(found) = found {
                return cast(permute_nhwc_to_nchw(found), dtype);
            }
        }
        let exact = x.meta.shape()[1].is_multiple_of(TENSOR_CORE_CHANNELS);
        let (x, gradient) =
            if exact { (x, gradient) } else { (cast(x, dtype), cast(gradient, dtype)) };
        // Of the weight only its shape is read.
        let options = reference::options(geometry);
        cast(Self::conv2d_weight_backward(x, weight, gradient, options), dtype)
    }

    fn norm_gradient(state: NormState<Self>, gradient: CubeTensor<R>) -> NormGradients<Self> {
        shapes::norm_gradient(&state, &gradient);
        if !is_supported(&state.x) {
            return reference_gradient::norm::<Self>(state, gradient);
        }
        let NormState { x, weight, bias, mean, variance, epsilon, origin, activation, output } =
            state;
        let (x, output) = (Maps::from_tensor(x), output.map(Maps::from_tensor));
        let scale = scale([mean, variance, weight, bias], epsilon);
        let forward = Forward { x: &x, scale: &scale, origin, activation, output: output.as_ref() };
        let values = norm::gradients(&forward, Maps::from_tensor(gradient));
        NormGradients {
            x: values.x.into_tensor(),
            weight: values.weight,
            bias: values.bias,
            residual: values.residual.map(Maps::into_tensor),
        }
    }

    fn relu_gradient(output: CubeTensor<R>, gradient: CubeTensor<R>) -> CubeTensor<R> {
        shapes::relu_gradient(&output, &gradient);
        if !is_supported(&output) {
            return composed::relu_gradient::<Self>(output, gradient);
        }
        let (output, gradient) = (Maps::from_tensor(output), Maps::from_tensor(gradient));
        pairs(&gradient, &output, Pairing::WherePositive).into_tensor()
    }

    fn edge_gradient(gradient: CubeTensor<R>, shape: [usize; 4]) -> CubeTensor<R> {
        shapes::edge_gradient(&gradient, shape);
        let [batch, channels, height, width] = shape;
        let edge = Extent { batch, channels, height, width };
        if Extent::of(&gradient) == edge {
            return gradient;
        }
        if !is_supported(&gradient) {
            return composed::edge_gradient::<Self>(gradient, shape);
        }
        fuse::edge_gradient(&Maps::from_tensor(gradient), edge).into_tensor()
    }

    fn adam(values: AdamValues<Self>, gradient: CubeTensor<R>, step: AdamStep) -> AdamValues<Self> {
        let parameter = AdamParameter { values, gradient, step };
        Self::adam_all(vec![parameter]).pop().expect("one result per parameter")
    }

    fn adam_all(parameters: Vec<AdamParameter<Self>>) -> Vec<AdamValues<Self>> {
        for AdamParameter { values, gradient, .. } in &parameters {
            shapes::adam(values, gradient);
        }
        let is_supported = |parameter: &AdamParameter<Self>| {
            let AdamValues { weight, mean, square } = &parameter.values;
            [weight, mean, square, &parameter.gradient].into_iter().all(is_plain)
        };
        if !parameters.iter().all(is_supported) {
            let one = |AdamParameter { values, gradient, step }| {
                reference::adam::<Self>(values, gradient, step)
            };
            return parameters.into_iter().map(one).collect();
        }
        let parameter = |AdamParameter { values, gradient, step }: AdamParameter<Self>| {
            let AdamValues { weight, mean, square } = values;
            many::Parameter::new([weight, mean, square], gradient, step)
        };
        let results = many::step_all(parameters.into_iter().map(parameter).collect());
        let lift = |[weight, mean, square]: [CubeTensor<R>; 3]| AdamValues { weight, mean, square };
        results.into_iter().map(lift).collect()
    }

    fn average_all(
        averages: Vec<CubeTensor<R>>,
        values: Vec<CubeTensor<R>>,
        keep: f64,
    ) -> Vec<CubeTensor<R>> {
        shapes::average_all(&averages, &values);
        if averages.iter().chain(&values).all(is_plain) {
            many::average_all(averages, values, keep)
        } else {
            reference::many::average_all::<Self>(averages, values, keep)
        }
    }

    fn square_sum(tensors: Vec<CubeTensor<R>>) -> CubeTensor<R> {
        shapes::square_sum(&tensors);
        if tensors.iter().all(|tensor| is_plain(tensor) && tensor.meta.num_elements() > 0) {
            <Self as FloatTensorOps<Self>>::float_sum(many::square_sums(tensors))
        } else {
            reference::many::square_sum::<Self>(tensors)
        }
    }

    fn scale_all(tensors: Vec<CubeTensor<R>>, factor: CubeTensor<R>) -> Vec<CubeTensor<R>> {
        shapes::scale_all(&factor);
        if tensors.iter().chain([&factor]).all(is_plain) {
            many::scale_all(tensors, &factor)
        } else {
            reference::many::scale_all::<Self>(tensors, factor)
        }
    }

    fn move_statistics(
        running: [CubeTensor<R>; 2],
        batch: [CubeTensor<R>; 2],
        share: f64,
        unbiased: f64,
    ) -> [CubeTensor<R>; 2] {
        shapes::move_statistics(&running, &batch);
        norm::move_statistics(running.map(vector), batch.map(vector), share, unbiased)
    }

    fn reserved_memory(device: &Self::Device) -> Option<u64> {
        R::client(device).memory_usage().ok().map(|usage| usage.bytes_reserved)
    }

    fn is_faster_in_bfloat16(device: &Self::Device) -> bool {
        <Self as Backend>::supports_dtype(device, DType::BF16)
    }

    fn add_gradients(a: CubeTensor<R>, b: CubeTensor<R>) -> CubeTensor<R> {
        shapes::add_gradients(&a, &b);
        if !is_supported(&a) {
            return <Self as FloatTensorOps<Self>>::float_add(a, b);
        }
        pairs(&Maps::from_tensor(a), &Maps::from_tensor(b), Pairing::Sum).into_tensor()
    }
}

fn scale<R: CubeRuntime>(
    [mean, variance, weight, bias]: [CubeTensor<R>; 4],
    epsilon: f64,
) -> Scale<R> {
    let [mean, variance, weight, bias] = [mean, variance, weight, bias].map(vector);
    Scale { mean, variance, weight, bias, epsilon: epsilon as f32 }
}

/// Float32 values side by side.
fn vector<R: CubeRuntime>(tensor: CubeTensor<R>) -> CubeTensor<R> {
    into_contiguous(cast(tensor, DType::F32))
}

/// Whether the kernels take features of this kind.
fn is_supported<R: CubeRuntime>(x: &CubeTensor<R>) -> bool {
    is_float(x.dtype) && is_addressable(x) && x.meta.num_elements() > 0
}

/// Whether features may have this number format.
fn is_float(dtype: DType) -> bool {
    matches!(dtype, DType::F32 | DType::F16 | DType::BF16)
}

/// Whether the kernels for many tensors take one of this kind.
fn is_plain<R: CubeRuntime>(tensor: &CubeTensor<R>) -> bool {
    tensor.dtype == DType::F32 && is_addressable(tensor)
}

/// Kernels count values with 32 bits, gaps between pixels included.
fn is_addressable<R: CubeRuntime>(tensor: &CubeTensor<R>) -> bool {
    u32::try_from(tensor.handle.size() / tensor.dtype.size() as u64).is_ok()
}
