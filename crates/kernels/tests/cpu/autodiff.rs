//! Gradients of the operations against those of the framework's own operations, composed.

use burn::backend::Autodiff;
use burn::tensor::Tensor;
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, ops, reference};

use crate::common::{B, channels_last, close, on_all_levels, tensor};

type A = Autodiff<B>;

/// Gradients of a list of inputs.
type Gradients<const D: usize> = Vec<Option<Tensor<B, D>>>;

const LIMIT: f64 = 2e-5;
const EPSILON: f64 = 1e-5;

/// Values and gradients of a function of four features and four vectors, whose result is weighted
/// so that every output has a gradient of its own.
fn gradients(
    features: &[Tensor<A, 4>],
    vectors: &[Tensor<A, 1>],
    run: impl Fn(&[Tensor<A, 4>], &[Tensor<A, 1>]) -> Tensor<A, 4>,
) -> (Tensor<B, 4>, Gradients<4>, Gradients<1>) {
    let features: Vec<_> = features.iter().map(|x| x.clone().require_grad()).collect();
    let vectors: Vec<_> = vectors.iter().map(|x| x.clone().require_grad()).collect();
    let y = run(&features, &vectors);
    let weights: Tensor<A, 4> = tensor(y.dims(), 99);
    let grads = (y.clone() * weights).sum().backward();
    let features = features.iter().map(|x| x.grad(&grads)).collect();
    (y.inner(), features, vectors.iter().map(|x| x.grad(&grads)).collect())
}

fn compare(
    features: &[Tensor<A, 4>],
    vectors: &[Tensor<A, 1>],
    ours: impl Fn(&[Tensor<A, 4>], &[Tensor<A, 1>]) -> Tensor<A, 4>,
    composed: impl Fn(&[Tensor<A, 4>], &[Tensor<A, 1>]) -> Tensor<A, 4>,
) {
    let (want, want_features, want_vectors) = gradients(features, vectors, composed);
    let last: Vec<_> = features.iter().map(channels_last).collect();
    for features in [features, &last] {
        let (got, got_features, got_vectors) = gradients(features, vectors, &ours);
        close(&got, &want, LIMIT, "value");
        for (i, (got, want)) in got_features.iter().zip(&want_features).enumerate() {
            let (Some(got), Some(want)) = (got, want) else {
                assert_eq!(got.is_some(), want.is_some(), "feature {i} has a gradient");
                continue;
            };
            close(got, want, LIMIT, &format!("gradient of feature {i}"));
        }
        for (i, (got, want)) in got_vectors.iter().zip(&want_vectors).enumerate() {
            let (Some(got), Some(want)) = (got, want) else {
                assert_eq!(got.is_some(), want.is_some(), "vector {i} has a gradient");
                continue;
            };
            close(got, want, LIMIT, &format!("gradient of vector {i}"));
        }
    }
}

#[test]
fn conv_used_twice() {
    on_all_levels(|| {
        let geometry = ConvGeometry { stride: 1, padding: 1 };
        let down = ConvGeometry { stride: 2, padding: 1 };
        for [channels, height, width] in [[32, 16, 12], [8, 5, 3], [3, 1, 1]] {
            let features = [
                tensor([2, channels, height, width], 1),
                tensor([channels, channels, 3, 3], 2),
                tensor([channels, channels, 3, 3], 3),
            ];
            macro_rules! network {
                ($conv:path) => {
                    |x: &[Tensor<A, 4>], _: &[Tensor<A, 1>]| {
                        let y = $conv(x[0].clone(), x[1].clone(), geometry) + x[0].clone();
                        let a = $conv(y.clone(), x[1].clone(), down);
                        let b = $conv(y, x[2].clone(), down);
                        a.clone() * b + a
                    }
                };
            }
            compare(&features, &[], network!(ops::conv), network!(reference::conv));
        }
    });
}

#[test]
fn conv_bias() {
    let geometry = ConvGeometry { stride: 1, padding: 1 };
    for activation in [Activation::Identity, Activation::Relu] {
        for residual in [false, true] {
            let features =
                [tensor([2, 16, 9, 7], 1), tensor([17, 16, 3, 3], 2), tensor([2, 17, 9, 7], 3)];
            let vectors = [tensor([17], 4)];
            macro_rules! network {
                ($conv:path) => {
                    |x: &[Tensor<A, 4>], v: &[Tensor<A, 1>]| {
                        let residual = residual.then(|| x[2].clone());
                        let (x, w, b) = (x[0].clone(), x[1].clone(), v[0].clone());
                        $conv(x, w, b, residual, activation, geometry)
                    }
                };
            }
            let features = if residual { &features[..] } else { &features[..2] };
            compare(features, &vectors, network!(ops::conv_bias), network!(reference::conv_bias));
        }
    }
}

#[test]
fn norm_with_batch_statistics() {
    on_all_levels(|| {
        for shape in [[2, 32, 16, 12], [3, 7, 5, 1], [2, 17, 33, 31]] {
            for activation in [Activation::Identity, Activation::Relu] {
                for residual in [false, true] {
                    let features = [tensor(shape, 1), tensor(shape, 2)];
                    let vectors = [tensor([shape[1]], 3), tensor([shape[1]], 4)];
                    macro_rules! network {
                        ($norm:path) => {
                            |x: &[Tensor<A, 4>], v: &[Tensor<A, 1>]| {
                                let r = residual.then(|| x[1].clone());
                                let (x, w, b) = (x[0].clone(), v[0].clone(), v[1].clone());
                                $norm(x, w, b, EPSILON, r, activation).0
                            }
                        };
                    }
                    let features = if residual { &features[..] } else { &features[..1] };
                    let (ours, composed) =
                        (network!(ops::norm_batch), network!(reference::norm_batch));
                    compare(features, &vectors, ours, composed);
                }
            }
        }
    });
}

#[test]
fn norm_with_given_statistics() {
    let shape = [2, 24, 6, 5];
    for activation in [Activation::Identity, Activation::Relu] {
        for residual in [false, true] {
            let features = [tensor(shape, 1), tensor(shape, 2)];
            let vectors = [tensor([24], 3), tensor([24], 4)];
            let mean: Tensor<A, 1> = tensor([24], 5);
            let variance: Tensor<A, 1> = tensor::<A, 1>([24], 6).abs() + 0.5;
            macro_rules! network {
                ($norm:path) => {
                    |x: &[Tensor<A, 4>], v: &[Tensor<A, 1>]| {
                        let r = residual.then(|| x[1].clone());
                        let (x, w, b) = (x[0].clone(), v[0].clone(), v[1].clone());
                        $norm(x, w, b, mean.clone(), variance.clone(), EPSILON, r, activation)
                    }
                };
            }
            let features = if residual { &features[..] } else { &features[..1] };
            compare(
                features,
                &vectors,
                network!(ops::norm_frozen),
                network!(reference::norm_frozen),
            );
        }
    }
}

/// A target and up to four edges of these sizes, summed up.
macro_rules! sums {
    ($sizes:expr, $ours:path, $composed:path) => {
        on_all_levels(|| {
            for channels in [32, 5] {
                for edges in 0..5 {
                    let features: Vec<Tensor<A, 4>> = $sizes[..=edges]
                        .iter()
                        .zip(1..)
                        .map(|(size, seed)| tensor([2, channels, size[0], size[1]], seed))
                        .collect();
                    for activation in [Activation::Identity, Activation::Relu] {
                        compare(
                            &features,
                            &[],
                            |x, _| $ours(x[0].clone(), x[1..].to_vec(), activation),
                            |x, _| $composed(x[0].clone(), x[1..].to_vec(), activation),
                        );
                    }
                }
            }
        });
    };
}

#[test]
fn fuse() {
    sums!([[8, 12], [4, 6], [8, 12], [2, 3], [4, 6]], ops::fuse, reference::fuse);
}

#[test]
fn blend() {
    sums!([[8, 12], [4, 6], [8, 12], [3, 2], [4, 5]], ops::blend, reference::pixels::blend);
}

#[test]
fn joined_parameters_have_the_same_gradients() {
    // More than are joined at a time, in two sizes, some of them not used, one not learnt.
    for count in [2, 70, 5000] {
        let all: Vec<Tensor<A, 1>> = (0..count)
            .map(|index| tensor::<A, 1>([3], index as u64))
            .map(Tensor::require_grad)
            .chain([tensor([3], 7)])
            .collect();
        let network = || {
            let used = all.iter().step_by(count / 2).take(2);
            used.fold(tensor::<A, 1>([3], 8), |y, weight| y * weight.clone()).sum()
        };
        let want = network().backward();
        for _ in 0..2 {
            let low = all.iter().map(|tensor| tensor.clone().into_primitive().tensor());
            A::join(low.collect());
            let got = network().backward();
            for tensor in &all[..count] {
                let (got, want) = (tensor.grad(&got), tensor.grad(&want));
                assert_eq!(got.is_some(), want.is_some());
                if let (Some(got), Some(want)) = (got, want) {
                    assert_eq!(got.to_data(), want.to_data());
                }
            }
        }
    }
}
