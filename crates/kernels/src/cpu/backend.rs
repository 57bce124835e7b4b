//! The operations for the `Flex` backend: in float32 and in bfloat16. Anything else goes the composed way.

use burn::tensor::ops::IntTensor;
use burn_backend::{DType, Shape, TensorMetadata};
use burn_flex::{Flex, FlexDevice, FlexTensor, Layout};
use burn_std::bf16;

use super::conv::Reuse;
use super::many;
use super::maps::Extent;
use super::memory::Buffer;
use super::operations::{self, Added, from_vector, vector};
use super::pixels::{self, Labels};
use super::simd::{Isa, Multiplier};
use crate::backend::KernelBackend;
use crate::composed;
use crate::reference::{self, gradient as reference_gradient};
use crate::shapes;
use crate::types::{
    Activation, AdamStep, AdamValues, ConvGeometry, LogLikelihood, NormGradients, NormOutput,
    NormState,
};

/// Largest kernel side of the direct convolution.
const MAX_KERNEL: usize = 7;

/// Runs an operation in the format of its features, or another expression where it has none for it.
macro_rules! by_format {
    ($features:expr, operations::$operation:ident($($argument:expr),* $(,)?), $other:expr) => {
        match common($features) {
            Some(DType::F32) => operations::$operation::<f32>($($argument),*),
            Some(DType::BF16) => operations::$operation::<bf16>($($argument),*),
            _ => $other,
        }
    };
}

impl KernelBackend for Flex {
    fn conv(x: FlexTensor, weight: FlexTensor, geometry: ConvGeometry) -> FlexTensor {
        shapes::conv(&x, &weight, geometry);
        if !supported(&weight) {
            return composed::conv::<Self>(x, weight, geometry);
        }
        let addition = Added::NOTHING;
        by_format!(
            &[&x],
            operations::conv(x, weight, addition, geometry, Reuse::Never),
            composed::conv::<Self>(x, weight, geometry)
        )
    }

    /// Weights stay float32, whatever the features are: they are rounded where they are rearranged.
    fn prepare_weight(weight: FlexTensor, dtype: DType) -> FlexTensor {
        shapes::prepare_weight(&weight);
        if dtype == DType::BF16 && is_f32(&weight) {
            weight
        } else {
            composed::cast::<Self>(weight, dtype)
        }
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
        if !supported(&weight) {
            return composed::conv_bias::<Self>(x, weight, bias, residual, activation, geometry);
        }
        by_format!(
            &all(&x, residual.as_ref()),
            operations::conv(
                x,
                weight,
                Added { bias: Some(vector(&bias)), residual, activation },
                geometry,
                Reuse::WhileAlive
            ),
            composed::conv_bias::<Self>(x, weight, bias, residual, activation, geometry)
        )
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
        by_format!(
            &all(&x, residual.as_ref()),
            operations::norm_batch(x, &weight, &bias, epsilon, residual, activation),
            composed::norm_batch::<Self>(x, weight, bias, epsilon, residual, activation)
        )
    }

    fn moments(x: FlexTensor) -> [FlexTensor; 2] {
        by_format!(&[&x], operations::moments(x), composed::moments::<Self>(x))
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
        by_format!(
            &all(&x, residual.as_ref()),
            operations::norm_frozen(
                x,
                &operations::scale([&mean, &variance, &weight, &bias], epsilon),
                residual,
                activation
            ),
            composed::norm_frozen::<Self>(
                x, weight, bias, mean, variance, epsilon, residual, activation,
            )
        )
    }

    fn fuse(target: FlexTensor, edges: Vec<FlexTensor>, activation: Activation) -> FlexTensor {
        shapes::fuse(&target, &edges);
        by_format!(
            &all(&target, &edges),
            operations::fuse(target, edges, activation),
            composed::fuse::<Self>(target, edges, activation)
        )
    }

    fn conv_input_gradient(
        x: FlexTensor,
        weight: FlexTensor,
        gradient: FlexTensor,
        geometry: ConvGeometry,
        sum: Option<FlexTensor>,
    ) -> FlexTensor {
        shapes::conv_input_gradient(&x, &weight, &gradient, geometry, sum.as_ref());
        if !supported(&weight) {
            return reference_gradient::conv_input::<Self>(x, weight, gradient, geometry, sum);
        }
        by_format!(
            &all(&gradient, sum.as_ref()),
            operations::conv_input_gradient(gradient, weight, geometry, Extent::of(&x), sum),
            reference_gradient::conv_input::<Self>(x, weight, gradient, geometry, sum)
        )
    }

    fn conv_weight_gradient(
        x: FlexTensor,
        weight: FlexTensor,
        gradient: FlexTensor,
        geometry: ConvGeometry,
    ) -> FlexTensor {
        shapes::conv_weight_gradient(&x, &weight, &gradient, geometry);
        if !supported(&weight) {
            return reference_gradient::conv_weight::<Self>(x, weight, gradient, geometry);
        }
        by_format!(
            &[&x, &gradient],
            operations::conv_weight_gradient(x, &weight, gradient, geometry),
            reference_gradient::conv_weight::<Self>(x, weight, gradient, geometry)
        )
    }

    fn norm_gradient(state: NormState<Self>, gradient: FlexTensor) -> NormGradients<Self> {
        shapes::norm_gradient(&state, &gradient);
        let mut features = vec![&state.x, &gradient];
        features.extend(&state.output);
        by_format!(
            &features,
            operations::norm_gradient(state, gradient),
            reference_gradient::norm::<Self>(state, gradient)
        )
    }

    fn relu_gradient(output: FlexTensor, gradient: FlexTensor) -> FlexTensor {
        shapes::relu_gradient(&output, &gradient);
        by_format!(
            &[&output, &gradient],
            operations::relu_gradient(output, gradient),
            composed::relu_gradient::<Self>(output, gradient)
        )
    }

    fn channel_sums(gradient: FlexTensor) -> FlexTensor {
        shapes::channel_sums(&gradient);
        by_format!(
            &[&gradient],
            operations::channel_sums(gradient),
            composed::channel_sums::<Self>(gradient)
        )
    }

    fn edge_gradient(gradient: FlexTensor, shape: [usize; 4]) -> FlexTensor {
        shapes::edge_gradient(&gradient, shape);
        by_format!(
            &[&gradient],
            operations::edge_gradient(gradient, shape),
            composed::edge_gradient::<Self>(gradient, shape)
        )
    }

    fn blend(target: FlexTensor, edges: Vec<FlexTensor>, activation: Activation) -> FlexTensor {
        shapes::blend(&target, &edges);
        by_format!(
            &all(&target, &edges),
            operations::blend(target, edges, activation),
            composed::blend::<Self>(target, edges, activation)
        )
    }

    fn upsample(x: FlexTensor, size: [usize; 2]) -> FlexTensor {
        shapes::upsample(&x, size);
        by_format!(&[&x], operations::upsample(x, size), composed::upsample::<Self>(x, size))
    }

    fn upsample_gradient(gradient: FlexTensor, size: [usize; 2]) -> FlexTensor {
        shapes::upsample_gradient(&gradient, size);
        by_format!(
            &[&gradient],
            operations::upsample_gradient(gradient, size),
            composed::upsample_gradient::<Self>(gradient, size)
        )
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

    fn is_faster_in_bfloat16(_device: &FlexDevice) -> bool {
        Multiplier::exists(Isa::current())
    }

    fn add_gradients(a: FlexTensor, b: FlexTensor) -> FlexTensor {
        shapes::add_gradients(&a, &b);
        by_format!(
            &[&a, &b],
            operations::add_gradients(a, b),
            <Self as burn::tensor::ops::FloatTensorOps<Self>>::float_add(a, b)
        )
    }
}

fn is_f32(tensor: &FlexTensor) -> bool {
    tensor.dtype() == DType::F32
}

fn supported(weight: &FlexTensor) -> bool {
    let [_, _, kernel, _] = weight.shape().dims::<4>();
    matches!(weight.dtype(), DType::F32 | DType::BF16) && kernel <= MAX_KERNEL
}

/// Features of one operation.
fn all<'a>(
    first: &'a FlexTensor,
    others: impl IntoIterator<Item = &'a FlexTensor>,
) -> Vec<&'a FlexTensor> {
    [first].into_iter().chain(others).collect()
}

/// Format that all features of an operation have.
fn common(features: &[&FlexTensor]) -> Option<DType> {
    let dtype = features[0].dtype();
    features.iter().all(|tensor| tensor.dtype() == dtype).then_some(dtype)
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
