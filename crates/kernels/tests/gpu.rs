//! The GPU kernels against the processor's, values and gradients, over odd sizes, one pixel, one
//! channel, both orders in memory and more edges than one launch adds. On a device without a driver
//! of its own, software Vulkan runs these.
//!
//! `cargo nextest run --package scalenas-kernels --features wgpu --test gpu`

#![cfg(any(feature = "wgpu", feature = "vulkan", feature = "cuda"))]

mod common;

use burn::backend::Autodiff;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::ops::Device;
use burn::tensor::{DType, FloatDType, Tensor, TensorData};
use burn_flex::Flex;
use common::{channels_last, distance, tensor};
use proptest::prelude::*;
use scalenas_kernels::{
    Activation, AdamStep, AdamValues, ConvGeometry, KernelBackend, Origin, ops,
};

#[cfg(feature = "cuda")]
type Gpu = burn::backend::Cuda;
#[cfg(all(feature = "vulkan", not(feature = "cuda")))]
type Gpu = burn::backend::Vulkan;
#[cfg(not(any(feature = "vulkan", feature = "cuda")))]
type Gpu = burn::backend::Wgpu;

/// Relative error allowed between two float32 computations.
const LIMIT: f64 = 1e-5;
const EPSILON: f64 = 1e-5;

/// Order of features in memory.
#[derive(Debug, Clone, Copy)]
enum Order {
    ChannelsFirst,
    ChannelsLast,
}

fn features<B: Backend>(shape: [usize; 4], seed: u64, order: Order) -> Tensor<B, 4> {
    let plain = tensor::<B, 4>(shape, seed);
    match order {
        Order::ChannelsFirst => plain,
        Order::ChannelsLast => channels_last(&plain),
    }
}

fn data<B: Backend, const D: usize>(x: Tensor<B, D>) -> TensorData {
    x.into_data().convert_dtype(DType::F32)
}

/// Where a ReLU is not about to switch: elsewhere rounding decides whether a gradient passes.
fn away_from_switches(sums: &TensorData) -> TensorData {
    let keep: Vec<f32> = sums.iter::<f32>().map(|v| f32::from(u8::from(v.abs() > 1e-4))).collect();
    TensorData::new(keep, sums.shape.clone())
}

/// A gradient of the result, nothing where `keep` is zero.
fn result_gradient<B: Backend>(
    shape: [usize; 4],
    seed: u64,
    order: Order,
    keep: Option<&TensorData>,
) -> Tensor<B, 4> {
    let dy = features::<B>(shape, seed, order);
    match keep {
        Some(keep) => dy * Tensor::from_data(keep.clone(), &B::Device::default()),
        None => dy,
    }
}

/// An operation that runs on any backend.
trait Case: std::fmt::Debug {
    /// The same without an activation.
    fn without_activation(&self) -> Self;

    /// The result first, then gradients and whatever else there is.
    fn run<B: AutodiffBackend + KernelBackend>(&self, keep: Option<&TensorData>)
    -> Vec<TensorData>;

    fn check(&self)
    where
        Self: Sized,
    {
        let keep = away_from_switches(&self.without_activation().run::<Autodiff<Flex>>(None)[0]);
        let found = self.run::<Autodiff<Gpu>>(Some(&keep));
        same(found, self.run::<Autodiff<Flex>>(Some(&keep)), &format!("{self:?}"));
    }
}

/// Compares lists of results by position.
fn same(found: Vec<TensorData>, wanted: Vec<TensorData>, what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}: numbers of results");
    for (index, (found, wanted)) in found.into_iter().zip(wanted).enumerate() {
        assert_eq!(found.shape, wanted.shape, "{what}, result {index}: shapes");
        let wanted: Vec<f64> = wanted.iter::<f64>().collect();
        let distance = distance(&found.to_vec::<f32>().expect("float32 values"), &wanted);
        assert!(distance < LIMIT, "{what}, result {index}: {distance:e} apart");
    }
}

#[derive(Debug, Clone, Copy)]
struct Norm {
    shape: [usize; 4],
    order: Order,
    residual: bool,
    activation: Activation,
    origin: Origin,
}

impl Case for Norm {
    fn without_activation(&self) -> Self {
        Self { activation: Activation::Identity, ..*self }
    }

    fn run<B: AutodiffBackend + KernelBackend>(
        &self,
        keep: Option<&TensorData>,
    ) -> Vec<TensorData> {
        let Self { shape, order, residual, activation, origin } = *self;
        let channels = shape[1];
        // A mean far from zero: where sums of squares would lose their digits.
        let x = (features::<B>(shape, 1, order) + 3.0).require_grad();
        let other = residual.then(|| features::<B>(shape, 2, order).require_grad());
        let weight = (tensor::<B, 1>([channels], 3) + 1.5).require_grad();
        let bias = tensor::<B, 1>([channels], 4).require_grad();
        let (w, b) = (weight.clone(), bias.clone());
        let (y, statistics) = match origin {
            Origin::Batch => {
                let (y, mean, variance) =
                    ops::norm_batch(x.clone(), w, b, EPSILON, other.clone(), activation);
                (y, vec![data(mean.inner()), data(variance.inner())])
            }
            Origin::Given => {
                let mean = tensor::<B, 1>([channels], 5) + 3.0;
                let variance = tensor::<B, 1>([channels], 6) + 1.25;
                let other = other.clone();
                let y =
                    ops::norm_frozen(x.clone(), w, b, mean, variance, EPSILON, other, activation);
                (y, Vec::new())
            }
        };
        let dy = result_gradient::<B>(shape, 7, order, keep);
        let gradients = (y.clone() * dy).sum().backward();
        let mut all = vec![data(y.inner())];
        all.extend(statistics);
        all.extend([&x].into_iter().chain(&other).map(|leaf| gradient(leaf, &gradients)));
        all.extend([&weight, &bias].map(|leaf| gradient(leaf, &gradients)));
        all
    }
}

fn gradient<B: AutodiffBackend, const D: usize>(
    leaf: &Tensor<B, D>,
    gradients: &B::Gradients,
) -> TensorData {
    data(leaf.grad(gradients).expect("every input has a gradient"))
}

#[test]
fn normalisation_of_the_shapes_of_networks() {
    for shape in [[2, 32, 16, 12], [1, 256, 8, 6], [3, 48, 5, 7], [2, 17, 9, 4], [1, 130, 3, 3]] {
        for residual in [false, true] {
            for activation in [Activation::Identity, Activation::Relu] {
                for origin in [Origin::Batch, Origin::Given] {
                    let order = Order::ChannelsLast;
                    Norm { shape, order, residual, activation, origin }.check();
                }
            }
        }
    }
}

#[test]
fn a_mean_far_from_zero_leaves_the_variance_accurate() {
    let x = tensor::<Gpu, 4>([4, 8, 33, 31], 1) + 1000.0;
    let ones = Tensor::ones([8], &x.device());
    let zeros = Tensor::zeros([8], &x.device());
    let (_, _, variance) =
        ops::norm_batch(x.clone(), ones, zeros, EPSILON, None, Activation::Identity);
    let values: Vec<f64> = x.into_data().iter::<f64>().collect();
    let plane = 33 * 31;
    for (channel, found) in variance.into_data().iter::<f64>().enumerate() {
        let of_channel = || {
            (0..4).flat_map(|n| &values[(n * 8 + channel) * plane..(n * 8 + channel + 1) * plane])
        };
        let count = (4 * plane) as f64;
        let mean = of_channel().sum::<f64>() / count;
        let wanted = of_channel().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
        assert!((found / wanted - 1.0).abs() < 1e-4, "{found} instead of {wanted}");
    }
}

#[derive(Debug, Clone)]
struct Fuse {
    shape: [usize; 4],
    factors: Vec<usize>,
    order: Order,
    activation: Activation,
}

impl Case for Fuse {
    fn without_activation(&self) -> Self {
        Self { activation: Activation::Identity, ..self.clone() }
    }

    fn run<B: AutodiffBackend + KernelBackend>(
        &self,
        keep: Option<&TensorData>,
    ) -> Vec<TensorData> {
        let [batch, channels, height, width] = self.shape;
        let target = features::<B>(self.shape, 1, self.order).require_grad();
        let edge = |(seed, &factor): (usize, &usize)| {
            let shape = [batch, channels, height / factor, width / factor];
            features::<B>(shape, seed as u64 + 2, self.order).require_grad()
        };
        let edges: Vec<_> = self.factors.iter().enumerate().map(edge).collect();
        let y = ops::fuse(target.clone(), edges.clone(), self.activation);
        let dy = result_gradient::<B>(self.shape, 9, self.order, keep);
        let gradients = (y.clone() * dy).sum().backward();
        let leaves = [&target].into_iter().chain(&edges);
        [data(y.inner())].into_iter().chain(leaves.map(|l| gradient(l, &gradients))).collect()
    }
}

#[test]
fn fusion_with_any_number_of_edges() {
    for factors in [vec![], vec![1], vec![2], vec![2, 4, 8], vec![1, 2, 4, 8, 2]] {
        for activation in [Activation::Identity, Activation::Relu] {
            for shape in [[2, 32, 16, 24], [1, 5, 8, 8]] {
                let order = Order::ChannelsLast;
                Fuse { shape, factors: factors.clone(), order, activation }.check();
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Conv {
    channels: [usize; 2],
    size: [usize; 2],
    kernel: usize,
    stride: usize,
    residual: bool,
    activation: Activation,
    order: Order,
}

impl Case for Conv {
    fn without_activation(&self) -> Self {
        Self { activation: Activation::Identity, ..*self }
    }

    fn run<B: AutodiffBackend + KernelBackend>(
        &self,
        keep: Option<&TensorData>,
    ) -> Vec<TensorData> {
        let Self { channels: [input, output], size: [height, width], kernel, stride, .. } = *self;
        let geometry = ConvGeometry { stride, padding: kernel / 2 };
        let x = features::<B>([2, input, height, width], 1, self.order).require_grad();
        let weight = tensor::<B, 4>([output, input, kernel, kernel], 2).require_grad();
        let bias = tensor::<B, 1>([output], 3).require_grad();
        let out = [2, output, height.div_ceil(stride), width.div_ceil(stride)];
        let residual = self.residual.then(|| features::<B>(out, 4, self.order).require_grad());
        let (w, b, r) = (weight.clone(), bias.clone(), residual.clone());
        let y = ops::conv_bias(x.clone(), w, b, r, self.activation, geometry);
        let plain = ops::conv(x.clone(), weight.clone(), geometry);
        let dy = result_gradient::<B>(out, 5, self.order, keep);
        // The input is used twice: its gradients are summed by the kernels.
        let gradients = ((y.clone() + plain) * dy).sum().backward();
        let mut all = vec![data(y.inner())];
        all.extend([&x, &weight].into_iter().chain(&residual).map(|l| gradient(l, &gradients)));
        all.push(gradient(&bias, &gradients));
        all
    }
}

#[test]
fn convolutions_with_bias_residual_and_activation() {
    for (channels, kernel, stride) in
        [([32, 32], 3, 1), ([16, 48], 3, 2), ([8, 17], 1, 1), ([3, 5], 3, 1)]
    {
        for residual in [false, true] {
            for activation in [Activation::Identity, Activation::Relu] {
                let order = Order::ChannelsLast;
                let size = [9, 7];
                Conv { channels, size, kernel, stride, residual, activation, order }.check();
            }
        }
    }
}

// The fusion layer hides strides.
#[cfg(not(feature = "fusion"))]
#[test]
fn features_stay_channels_last_between_operations() {
    let x = tensor::<Gpu, 4>([2, 32, 8, 6], 1);
    let weight = tensor::<Gpu, 4>([32, 32, 3, 3], 2);
    let vector = |seed| tensor::<Gpu, 1>([32], seed);
    let y = ops::conv(x, weight, ConvGeometry { stride: 1, padding: 1 });
    let (y, _, _) = ops::norm_batch(y, vector(3), vector(4), EPSILON, None, Activation::Relu);
    let y = ops::fuse(y.clone(), vec![y], Activation::Relu);
    let strides = y.into_primitive().tensor().meta.strides().to_vec();
    assert_eq!(strides, [8 * 6 * 32, 1, 6 * 32, 32]);
}

#[test]
fn what_is_not_finite_stays_where_it_is() {
    for (strange, relu) in
        [f32::NAN, f32::INFINITY, f32::NEG_INFINITY].into_iter().zip([f32::NAN, f32::INFINITY, 0.0])
    {
        let mut values = common::values(8 * 6, 1);
        values[13] = strange;
        let device = Device::<Gpu>::default();
        let x = Tensor::<Gpu, 4>::from_data(TensorData::new(values, [1, 8, 2, 3]), &device);
        let (ones, zeros) = (Tensor::ones([8], &device), Tensor::zeros([8], &device));
        let (mean, variance) = (zeros.clone(), ones.clone());
        let y = ops::norm_frozen(x, ones, zeros, mean, variance, EPSILON, None, Activation::Relu);
        for (index, value) in data(y).iter::<f32>().enumerate() {
            match index {
                13 => assert!(
                    value == relu || value.is_nan() && relu.is_nan(),
                    "{strange} became {value}"
                ),
                _ => assert!(value.is_finite(), "{strange} spread to {index}"),
            }
        }
    }
}

#[test]
fn features_in_sixteen_bits_where_the_device_has_them() {
    let device = Device::<Gpu>::default();
    for (format, limit) in [(FloatDType::F16, 2e-3), (FloatDType::BF16, 1e-2)] {
        if !Gpu::supports_dtype(&device, format.into()) {
            eprintln!("skipped: the device has no {format:?}");
            continue;
        }
        let [weight, bias] = [2, 3].map(|seed| tensor::<Gpu, 1>([32], seed));
        let x = features::<Gpu>([2, 32, 9, 7], 1, Order::ChannelsLast);
        let norm = |x: Tensor<Gpu, 4>| {
            let (w, b, other) = (weight.clone(), bias.clone(), x.clone());
            let (y, _, _) = ops::norm_batch(x, w, b, EPSILON, Some(other), Activation::Relu);
            ops::fuse(y.clone(), vec![y], Activation::Relu)
        };
        let found = norm(x.clone().cast(format));
        assert_eq!(found.dtype(), format.into());
        let found: Vec<f32> = data(found).iter().collect();
        let wanted: Vec<f64> = data(norm(x)).iter().collect();
        assert!(distance(&found, &wanted) < limit, "{format:?}");
    }
}

#[test]
fn given_statistics_let_no_gradient_spread() {
    let device = Device::<Autodiff<Gpu>>::default();
    let x = tensor::<Autodiff<Gpu>, 4>([1, 8, 2, 3], 1).require_grad();
    let (ones, zeros) = (Tensor::ones([8], &device), Tensor::zeros([8], &device));
    let (mean, variance) = (zeros.clone(), ones.clone());
    let identity = Activation::Identity;
    let y = ops::norm_frozen(x.clone(), ones, zeros, mean, variance, EPSILON, None, identity);
    let mut dy = common::values(8 * 6, 2);
    dy[13] = f32::INFINITY;
    let dy = Tensor::from_data(TensorData::new(dy, [1, 8, 2, 3]), &device);
    let found = gradient(&x, &(y * dy).sum().backward());
    let strange = found.iter::<f32>().enumerate().filter(|(_, value)| !value.is_finite());
    assert_eq!(strange.map(|(index, _)| index).collect::<Vec<_>>(), [13]);
}

#[test]
fn running_statistics_move() {
    fn run<B: KernelBackend>() -> Vec<TensorData> {
        let vector = |seed| tensor::<B, 1>([37], seed);
        let running = [vector(1), vector(2)];
        ops::move_statistics(running, [vector(3), vector(4)], 0.1, 1.25).map(data).into()
    }
    same(run::<Gpu>(), run::<Flex>(), "running statistics");
}

#[test]
fn adam_over_several_steps() {
    fn run<B: KernelBackend>() -> Vec<TensorData> {
        let primitive = |x: Tensor<B, 4>| x.into_primitive().tensor();
        let lift = |x| Tensor::<B, 4>::from_primitive(burn::tensor::TensorPrimitive::Float(x));
        let shape = [5, 7, 3, 3];
        let zeros = || primitive(Tensor::zeros(shape, &B::Device::default()));
        let mut values =
            AdamValues::<B> { weight: primitive(tensor(shape, 1)), mean: zeros(), square: zeros() };
        for time in 1..=5 {
            // A gradient stored channels last, as convolutions leave theirs.
            let gradient = primitive(channels_last(&tensor::<B, 4>(shape, 10 + time as u64)));
            let (learning_rate, beta_1, beta_2, epsilon) = (1e-2, 0.9, 0.999, 1e-8);
            let step = AdamStep { learning_rate, beta_1, beta_2, epsilon, time };
            values = B::adam(values, gradient, step);
        }
        [values.weight, values.mean, values.square].map(lift).map(data).into()
    }
    same(run::<Gpu>(), run::<Flex>(), "Adam");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn normalisation_of_any_shape(
        batch in 1usize..4,
        channels in 1usize..70,
        height in 1usize..12,
        width in 1usize..12,
        last: bool,
        residual: bool,
        relu: bool,
    ) {
        // One value has no deviation from itself: rounding is all that is left.
        prop_assume!(batch * height * width > 1);
        let order = if last { Order::ChannelsLast } else { Order::ChannelsFirst };
        let activation = if relu { Activation::Relu } else { Activation::Identity };
        let shape = [batch, channels, height, width];
        Norm { shape, order, residual, activation, origin: Origin::Given }.check();
    }

    #[test]
    fn fusion_of_any_shape(
        batch in 1usize..3,
        channels in 1usize..40,
        height in 1usize..4,
        width in 1usize..4,
        last: bool,
    ) {
        let order = if last { Order::ChannelsLast } else { Order::ChannelsFirst };
        let shape = [batch, channels, height * 4, width * 4];
        Fuse { shape, factors: vec![4, 2], order, activation: Activation::Relu }.check();
    }
}
