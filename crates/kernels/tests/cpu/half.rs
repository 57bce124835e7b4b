//! Operations on features in bfloat16, with every instruction set, against the same in float64 or float32.

use burn::backend::Autodiff;
use burn::tensor::backend::Backend;
use burn::tensor::{FloatDType, Tensor, TensorData, TensorPrimitive};
use burn_flex::FlexDevice;
use proptest::prelude::*;
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, ops, reference};

use super::conv::{Case, case};
use crate::common::{B, channels_last, distance, on_all_levels, tensor, vec};

/// Distance of neighbouring values of bfloat16, as a share of them.
const STEP: f64 = 1.0 / 128.0;
/// Relative error of float32 sums.
const SUMS: f64 = 2e-5;

fn half<B: Backend, const D: usize>(x: &Tensor<B, D>) -> Tensor<B, D> {
    x.clone().cast(FloatDType::BF16)
}

fn full<B: Backend, const D: usize>(x: &Tensor<B, D>) -> Tensor<B, D> {
    x.clone().cast(FloatDType::F32)
}

/// Random values that bfloat16 can hold, in float32.
fn exact<B: Backend, const D: usize>(shape: [usize; D], seed: u64) -> Tensor<B, D> {
    full(&half(&tensor(shape, seed)))
}

/// Every value is the wanted one, rounded: off by half a step, and by what float32 sums are.
fn rounded(got: &Tensor<B, 4>, want: &[f64], what: &str) {
    let got = vec(&full(got));
    assert_eq!(got.len(), want.len(), "{what}: sizes");
    let scale = (want.iter().map(|want| want * want).sum::<f64>() / want.len() as f64).sqrt();
    for (index, (got, want)) in got.iter().zip(want).enumerate() {
        let allowed = 0.51 * STEP * want.abs() + 1e-4 * scale;
        let error = (f64::from(*got) - want).abs();
        assert!(error <= allowed, "{what} at {index}: {got} instead of {want}");
    }
}

fn low<const D: usize>(tensor: &Tensor<B, D>) -> burn_flex::FlexTensor {
    tensor.clone().into_primitive().tensor()
}

fn lift(tensor: burn_flex::FlexTensor) -> Tensor<B, 4> {
    Tensor::from_primitive(TensorPrimitive::Float(tensor))
}

fn check(case: Case) {
    let [oh, ow] = case.out();
    let (x, weight) = (exact(case.x_shape(), 1), exact(case.weight_shape(), 2));
    let dy = exact([case.batch, case.output, oh, ow], 3);
    let [y, dx, dw] = case.sums([&x, &weight, &dy]);
    let more: Vec<f64> = dx.iter().zip(&vec(&x)).map(|(dx, x)| dx + f64::from(*x)).collect();
    on_all_levels(|| {
        for [x, dy] in [[half(&x), half(&dy)], [&x, &dy].map(|t| channels_last(&half(t)))] {
            for weight in [weight.clone(), half(&weight)] {
                rounded(&ops::conv(x.clone(), weight, case.geometry), &y, &format!("{case:?}"));
            }
            let [xp, wp, dp] = [low(&x), low(&weight), low(&dy)];
            let g = case.geometry;
            let got = B::conv_input_gradient(xp.clone(), wp.clone(), dp.clone(), g, None);
            rounded(&lift(got), &dx, &format!("{case:?}: input gradient"));
            let sum = Some(xp.clone());
            let got = B::conv_input_gradient(xp.clone(), wp.clone(), dp.clone(), g, sum);
            rounded(&lift(got), &more, &format!("{case:?}: sum of gradients"));
            let got = lift(B::conv_weight_gradient(xp, wp, dp, g));
            let error = distance(&vec(&got), &dw);
            assert!(error < SUMS, "{case:?}: weight gradient {error:e}");
        }
    });
}

#[test]
fn shapes_of_the_network() {
    check(case(2, [3, 64], [32, 24], [3, 2]));
    check(case(2, [32, 32], [24, 20], [3, 1]));
    check(case(2, [128, 128], [16, 12], [3, 1]));
    check(case(3, [256, 256], [8, 6], [3, 1]));
    check(case(2, [64, 256], [8, 6], [1, 1]));
    check(case(2, [256, 32], [16, 12], [3, 1]));
    check(case(1, [32, 64], [16, 12], [3, 2]));
    check(case(1, [48, 34], [17, 13], [1, 1]));
    check(case(1, [18, 36], [17, 13], [3, 1]));
}

#[test]
fn corners() {
    check(case(1, [1, 1], [1, 1], [1, 1]));
    check(case(1, [1, 1], [1, 1], [3, 1]));
    check(case(1, [16, 16], [1, 7], [3, 2]));
    check(case(3, [5, 9], [7, 5], [1, 2]));
    check(case(1, [2, 3], [9, 8], [5, 3]));
    check(case(2, [1, 20], [9, 8], [5, 2]));
    check(case(2, [3, 8], [6, 1], [3, 1]));
    check(case(40, [16, 16], [3, 3], [3, 1]));
    check(case(1, [16, 8], [6, 5], [7, 2]));
    for padding in [0, 2] {
        let geometry = ConvGeometry { stride: 1, padding };
        check(Case { geometry, ..case(2, [16, 32], [9, 11], [3, 1]) });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]
    #[test]
    fn any_shape(
        batch in 1usize..4, input in 1usize..70, output in 1usize..70,
        height in 1usize..20, width in 1usize..20, kernel in 0usize..2, stride in 1usize..3,
    ) {
        check(case(batch, [input, output], [height, width], [kernel * 2 + 1, stride]));
    }
}

#[test]
fn bias_residual_and_activation() {
    on_all_levels(|| {
        for (output, size) in [(32, [16, 12]), (17, [7, 5]), (8, [1, 1])] {
            let x: Tensor<B, 4> = exact([2, 32, size[0], size[1]], 1);
            let weight: Tensor<B, 4> = exact([output, 32, 3, 3], 2);
            let bias: Tensor<B, 1> = exact([output], 3);
            let residual: Tensor<B, 4> = exact([2, output, size[0], size[1]], 4);
            let g = ConvGeometry { stride: 1, padding: 1 };
            for a in [Activation::Identity, Activation::Relu] {
                for residual in [None, Some(residual.clone())] {
                    let (w, b) = (weight.clone(), bias.clone());
                    let want = reference::conv_bias(x.clone(), w, b, residual.clone(), a, g);
                    let want: Vec<f64> = vec(&want).into_iter().map(f64::from).collect();
                    let (w, b, r) = (weight.clone(), bias.clone(), residual.as_ref().map(half));
                    rounded(&ops::conv_bias(half(&x), w, b, r, a, g), &want, "conv_bias");
                }
            }
        }
    });
}

#[test]
fn strange_values_pass() {
    let shape = [2, 32, 16, 12];
    let weight: Tensor<B, 4> = exact([32, 32, 3, 3], 2);
    let plain: Tensor<B, 4> = half(&exact(shape, 3));
    let geometry = ConvGeometry { stride: 1, padding: 1 };
    let same = |got: &Tensor<B, 4>, want: &Tensor<B, 4>, what: &str| {
        for (got, want) in vec(&full(got)).iter().zip(&vec(&full(want))) {
            assert_eq!(got.is_nan(), want.is_nan(), "{what}");
            assert_eq!(got.is_infinite(), want.is_infinite(), "{what}");
        }
    };
    on_all_levels(|| {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut values = crate::common::values(shape.iter().product(), 1);
            values[32 * 16 * 12 + 3 * 16 * 12 + 5 * 12 + 6] = value;
            let strange = Tensor::<B, 4>::from_data(TensorData::new(values, shape), &FlexDevice);
            let strange = half(&strange);
            let want = reference::conv(strange.clone(), weight.clone(), geometry);
            same(&ops::conv(strange.clone(), weight.clone(), geometry), &want, "output");
            let [x, dy, w] = [low(&strange), low(&plain), low(&weight)];
            let got = B::conv_weight_gradient(x.clone(), w.clone(), dy.clone(), geometry);
            let [fx, fdy] = [low(&full(&strange)), low(&full(&plain))];
            let want = reference::gradient::conv_weight::<B>(fx, w.clone(), fdy, geometry);
            same(&lift(got), &lift(want), "gradient of the weight");
            let got = B::conv_input_gradient(dy.clone(), w.clone(), x.clone(), geometry, None);
            let want = reference::gradient::conv_input::<B>(dy, w, x, geometry, None);
            same(&lift(got), &lift(want), "gradient of the input");
        }
    });
}

type A = Autodiff<B>;

/// Result and gradients of features and vectors, in float32.
fn gradients(
    features: &[Tensor<A, 4>],
    vectors: &[Tensor<A, 1>],
    run: &impl Fn(&[Tensor<A, 4>], &[Tensor<A, 1>]) -> Tensor<A, 4>,
) -> Vec<Vec<f32>> {
    let features: Vec<_> = features.iter().map(|x| x.clone().require_grad()).collect();
    let vectors: Vec<_> = vectors.iter().map(|x| x.clone().require_grad()).collect();
    let y = run(&features, &vectors);
    let weights: Tensor<A, 4> = exact(y.dims(), 99);
    let grads = (y.clone().cast(FloatDType::F32) * weights).sum().backward();
    let mut found = vec![vec(&full(&y.inner()))];
    found.extend(features.iter().map(|x| vec(&full(&x.grad(&grads).expect("used")))));
    found.extend(vectors.iter().map(|x| vec(&full(&x.grad(&grads).expect("used")))));
    found
}

/// Everything is as near to the same in float32 as one rounding of the result and of every gradient allows.
fn near(
    features: &[Tensor<A, 4>],
    vectors: &[Tensor<A, 1>],
    run: impl Fn(&[Tensor<A, 4>], &[Tensor<A, 1>]) -> Tensor<A, 4>,
) {
    let want = gradients(features, vectors, &run);
    let halves: Vec<Tensor<A, 4>> = features.iter().map(half).collect();
    let last: Vec<Tensor<A, 4>> = halves.iter().map(channels_last).collect();
    for features in [&halves, &last] {
        for (index, (got, want)) in gradients(features, vectors, &run).iter().zip(&want).enumerate()
        {
            let want: Vec<f64> = want.iter().copied().map(f64::from).collect();
            let error = distance(got, &want);
            assert!(error < STEP, "{index}: {error:e}");
        }
    }
}

#[test]
fn normalisation() {
    on_all_levels(|| {
        for shape in [[2, 32, 16, 12], [3, 7, 5, 1], [2, 17, 13, 11]] {
            for residual in [false, true] {
                let features = [exact(shape, 1), exact(shape, 2)];
                let features = if residual { &features[..] } else { &features[..1] };
                let vectors = [exact([shape[1]], 3), exact([shape[1]], 4)];
                near(features, &vectors, |x, v| {
                    let r = x.get(1).cloned();
                    let (w, b) = (v[0].clone(), v[1].clone());
                    ops::norm_batch(x[0].clone(), w, b, 1e-5, r, Activation::Identity).0
                });
                let (mean, variance) = (exact([shape[1]], 5), exact([shape[1]], 6).abs() + 0.5);
                near(features, &vectors, |x, v| {
                    let (r, a) = (x.get(1).cloned(), Activation::Identity);
                    let (w, b) = (v[0].clone(), v[1].clone());
                    let (m, s) = (mean.clone(), variance.clone());
                    ops::norm_frozen(x[0].clone(), w, b, m, s, 1e-5, r, a)
                });
            }
        }
    });
}

#[test]
fn fusion_and_interpolation() {
    on_all_levels(|| {
        for channels in [32, 5] {
            let sizes = [[8, 12], [4, 6], [8, 12], [2, 3]];
            let features: Vec<Tensor<A, 4>> = sizes
                .iter()
                .zip(1..)
                .map(|(s, seed)| exact([2, channels, s[0], s[1]], seed))
                .collect();
            let a = Activation::Identity;
            near(&features, &[], |x, _| ops::fuse(x[0].clone(), x[1..].to_vec(), a));
            near(&features, &[], |x, _| ops::blend(x[0].clone(), x[1..].to_vec(), a));
            near(&features[1..2], &[], |x, _| ops::upsample(x[0].clone(), [9, 7]));
        }
    });
}

#[test]
fn activations_mask_gradients() {
    on_all_levels(|| {
        let features = [exact([2, 16, 9, 7], 1), exact([17, 16, 1, 1], 2), exact([2, 17, 9, 7], 3)];
        let g = ConvGeometry { stride: 1, padding: 0 };
        let vectors = [exact([17], 4)];
        let run = |x: &[Tensor<A, 4>], v: &[Tensor<A, 1>]| {
            let (x, w, r) = (x[0].clone(), x[1].clone(), x[2].clone());
            ops::conv_bias(x, w, v[0].clone(), Some(r), Activation::Relu, g)
        };
        near(&features, &vectors, run);
    });
}
