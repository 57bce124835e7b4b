//! Normalisation.

use burn::backend::Autodiff;
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::ops::Device;
use burn::tensor::{Tensor, TensorData};
use proptest::prelude::*;
use scalenas_kernels::{Activation, KernelBackend, Origin, ops};

use crate::Gpu;
use crate::case::{Case, EPSILON, Order, data, features, gradient, result_gradient};
use crate::common::{self, tensor};

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
}
