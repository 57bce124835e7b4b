//! Normalisation and fusion, forward and backward, against arithmetic in float64.

use burn::tensor::{Tensor, TensorPrimitive};
use burn_flex::FlexTensor;
use proptest::prelude::*;
use scalenas_kernels::{Activation, KernelBackend, NormState, Origin};

use crate::common::{B, channels_last, distance, on_all_levels, tensor, vec};

/// Relative error of float32 sums.
const LIMIT: f64 = 2e-5;
const EPSILON: f64 = 1e-5;

fn lower<const D: usize>(x: &Tensor<B, D>) -> FlexTensor {
    x.clone().into_primitive().tensor()
}

fn values<const D: usize>(x: FlexTensor) -> Vec<f32> {
    vec(&Tensor::<B, D>::from_primitive(TensorPrimitive::Float(x)))
}

fn wide(x: &[f32]) -> Vec<f64> {
    x.iter().map(|&value| f64::from(value)).collect()
}

/// Inputs of a normalisation.
struct Case {
    shape: [usize; 4],
    x: Tensor<B, 4>,
    dy: Tensor<B, 4>,
    residual: Option<Tensor<B, 4>>,
    weight: Tensor<B, 1>,
    bias: Tensor<B, 1>,
    activation: Activation,
}

/// Results of the same in float64.
struct Expected {
    output: Vec<f64>,
    mean: Vec<f64>,
    variance: Vec<f64>,
    dx: Vec<f64>,
    dweight: Vec<f64>,
    dbias: Vec<f64>,
}

impl Case {
    fn new(shape: [usize; 4], activation: Activation, residual: bool) -> Self {
        let channels = [shape[1]];
        Self {
            shape,
            x: tensor(shape, 1),
            dy: tensor(shape, 2),
            residual: residual.then(|| tensor(shape, 3)),
            weight: tensor(channels, 4),
            bias: tensor(channels, 5),
            activation,
        }
    }

    /// Flat indices of a channel's values.
    fn indices(&self, channel: usize) -> impl Iterator<Item = usize> {
        let [batch, channels, height, width] = self.shape;
        let pixels = height * width;
        (0..batch * pixels).map(move |i| ((i / pixels) * channels + channel) * pixels + i % pixels)
    }

    fn expected(&self, origin: Origin) -> Expected {
        let [x, dy] = [&self.x, &self.dy].map(|t| wide(&vec(t)));
        let residual = self.residual.as_ref().map_or_else(|| vec![0.0; x.len()], |r| wide(&vec(r)));
        let [weight, bias] = [&self.weight, &self.bias].map(|t| wide(&vec(t)));
        let channels = self.shape[1];
        let mut e = Expected {
            output: vec![0.0; x.len()],
            mean: vec![0.0; channels],
            variance: vec![0.0; channels],
            dx: vec![0.0; x.len()],
            dweight: vec![0.0; channels],
            dbias: vec![0.0; channels],
        };
        for c in 0..channels {
            let n = self.indices(c).count() as f64;
            let (mean, variance) = match origin {
                Origin::Batch => {
                    let mean = self.indices(c).map(|i| x[i]).sum::<f64>() / n;
                    let squares = self.indices(c).map(|i| (x[i] - mean).powi(2));
                    (mean, squares.sum::<f64>() / n)
                }
                Origin::Given => (given(c, 0.1), given(c, 0.7)),
            };
            let inverse = (variance + EPSILON).sqrt().recip();
            let mut dz = vec![0.0; x.len()];
            for i in self.indices(c) {
                let value = (x[i] - mean) * inverse * weight[c] + bias[c] + residual[i];
                let relu = self.activation == Activation::Relu;
                e.output[i] = if relu { value.max(0.0) } else { value };
                dz[i] = if relu && value <= 0.0 { 0.0 } else { dy[i] };
                e.dweight[c] += dz[i] * (x[i] - mean) * inverse;
                e.dbias[c] += dz[i];
            }
            for i in self.indices(c) {
                let centred = match origin {
                    Origin::Batch => {
                        dz[i] - e.dbias[c] / n - (x[i] - mean) * inverse * e.dweight[c] / n
                    }
                    Origin::Given => dz[i],
                };
                e.dx[i] = weight[c] * inverse * centred;
            }
            (e.mean[c], e.variance[c]) = (mean, variance);
        }
        e
    }

    fn check(&self, origin: Origin) {
        let e = self.expected(origin);
        let close = |found: &[f32], expected: &[f64], what: &str| {
            let error = distance(found, expected);
            assert!(error < LIMIT, "{:?} {origin:?} {what}: {error:e}", self.shape);
        };
        for [x, dy] in [
            [self.x.clone(), self.dy.clone()],
            [channels_last(&self.x), channels_last(&self.dy)],
            [channels_last(&self.x), self.dy.clone()],
        ] {
            let (weight, bias) = (lower(&self.weight), lower(&self.bias));
            let residual = self.residual.as_ref().map(lower);
            let (output, mean, variance) = match origin {
                Origin::Batch => {
                    let (w, b) = (weight.clone(), bias.clone());
                    let norm = B::norm_batch(lower(&x), w, b, EPSILON, residual, self.activation);
                    (norm.output, norm.mean, norm.variance)
                }
                Origin::Given => {
                    let fixed = |values: &[f64]| {
                        let values: Vec<f32> = values.iter().map(|&v| v as f32).collect();
                        lower(&Tensor::<B, 1>::from_floats(values.as_slice(), &x.device()))
                    };
                    let (mean, variance) = (fixed(&e.mean), fixed(&e.variance));
                    let (w, b, m, v) =
                        (weight.clone(), bias.clone(), mean.clone(), variance.clone());
                    let a = self.activation;
                    let output = B::norm_frozen(lower(&x), w, b, m, v, EPSILON, residual, a);
                    (output, mean, variance)
                }
            };
            close(&values::<4>(output.clone()), &e.output, "output");
            close(&values::<1>(mean.clone()), &e.mean, "mean");
            close(&values::<1>(variance.clone()), &e.variance, "variance");
            let with_residual = self.residual.is_some() && self.activation == Activation::Relu;
            let state = NormState {
                x: lower(&x),
                weight,
                bias,
                mean,
                variance,
                epsilon: EPSILON,
                origin,
                activation: self.activation,
                output: with_residual.then_some(output),
            };
            let gradients = B::norm_gradient(state, lower(&dy));
            close(&values::<4>(gradients.x), &e.dx, "input gradient");
            close(&values::<1>(gradients.weight), &e.dweight, "weight gradient");
            close(&values::<1>(gradients.bias), &e.dbias, "bias gradient");
        }
    }
}

fn given(channel: usize, base: f64) -> f64 {
    // Exactly representable in float32.
    f64::from((base + channel as f64 / 8.0) as f32)
}

fn check(shape: [usize; 4]) {
    for activation in [Activation::Identity, Activation::Relu] {
        for residual in [false, true] {
            let case = Case::new(shape, activation, residual);
            case.check(Origin::Given);
            // A single value has no spread: only noise would be compared.
            if shape[0] * shape[2] * shape[3] > 2 {
                case.check(Origin::Batch);
            }
        }
    }
}

#[test]
fn corners() {
    on_all_levels(|| {
        for shape in [[1, 1, 1, 1], [1, 16, 1, 1], [1, 1, 1, 7], [2, 33, 5, 3], [3, 17, 2, 2]] {
            check(shape);
        }
        check([2, 32, 64, 48]);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn normalisation(batch in 1usize..4, channels in 1usize..40, height in 1usize..12, width in 1usize..12) {
        check([batch, channels, height, width]);
    }

    #[test]
    fn fusion(batch in 1usize..3, channels in 1usize..40, height in 1usize..4, width in 1usize..4) {
        let fine = [batch, channels, height * 8, width * 8];
        let target: Tensor<B, 4> = tensor(fine, 1);
        let factors = [2, 8, 1, 4];
        let edge_shape = |factor: usize| [batch, channels, fine[2] / factor, fine[3] / factor];
        let edges: Vec<Tensor<B, 4>> =
            factors.iter().zip(2..).map(|(&f, seed)| tensor(edge_shape(f), seed)).collect();
        let mut sum = wide(&vec(&target));
        for (edge, factor) in edges.iter().zip(factors) {
            let edge = wide(&vec(edge));
            for (i, sum) in sum.iter_mut().enumerate() {
                *sum += edge[coarse(i, fine, factor)];
            }
        }
        for activation in [Activation::Identity, Activation::Relu] {
            let expected: Vec<f64> = match activation {
                Activation::Identity => sum.clone(),
                Activation::Relu => sum.iter().map(|value| value.max(0.0)).collect(),
            };
            for last in [false, true] {
                let layout = |x: &Tensor<B, 4>| if last { channels_last(x) } else { x.clone() };
                let inputs = edges.iter().map(|edge| lower(&layout(edge))).collect();
                let found = values::<4>(B::fuse(lower(&layout(&target)), inputs, activation));
                prop_assert!(distance(&found, &expected) < LIMIT);
            }
        }
        let gradient = wide(&vec(&target));
        for factor in factors {
            let mut expected = vec![0.0; edge_shape(factor).iter().product()];
            for (i, value) in gradient.iter().enumerate() {
                expected[coarse(i, fine, factor)] += value;
            }
            for x in [target.clone(), channels_last(&target)] {
                let found = values::<4>(B::edge_gradient(lower(&x), edge_shape(factor)));
                prop_assert!(distance(&found, &expected) < LIMIT);
            }
        }
    }
}

/// Index of the coarse pixel that is repeated at a fine one.
fn coarse(index: usize, [_, _, height, width]: [usize; 4], factor: usize) -> usize {
    let (plane, y, x) = (index / (height * width), index / width % height, index % width);
    (plane * (height / factor) + y / factor) * (width / factor) + x / factor
}

#[test]
fn strange_values_pass() {
    on_all_levels(|| {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut x = crate::common::values(2 * 20 * 6, 1);
            x[7] = value;
            let data = burn::tensor::TensorData::new(x, [2, 20, 2, 3]);
            let x = Tensor::<B, 4>::from_data(data, &burn_flex::FlexDevice);
            let ones: Tensor<B, 1> = Tensor::ones([20], &x.device());
            let args = || (lower(&x), lower(&ones), lower(&ones));
            let (p, w, b) = args();
            let fused =
                values::<4>(B::norm_batch(p, w, b, EPSILON, None, Activation::Identity).output);
            // The whole channel has no mean any more, the others are untouched.
            for (index, value) in fused.iter().enumerate() {
                let poisoned = index / 6 % 20 == 1;
                assert_eq!(!value.is_finite(), poisoned, "{index}: {value}");
            }
            let (p, w, b) = args();
            let (m, v) = (lower(&ones), lower(&ones));
            let frozen =
                values::<4>(B::norm_frozen(p, w, b, m, v, EPSILON, None, Activation::Relu));
            let expected = if value == f32::NEG_INFINITY { 0.0 } else { value };
            assert!(
                frozen[7].to_bits() == expected.to_bits()
                    || (expected.is_nan() && frozen[7].is_nan())
            );
        }
    });
}
