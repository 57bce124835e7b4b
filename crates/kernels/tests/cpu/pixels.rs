//! Interpolation and the log-likelihood of labelled pixels against the framework's own operations, composed.

use burn::backend::Autodiff;
use burn::tensor::activation::log_softmax;
use burn::tensor::ops::IntTensorOps;
use burn::tensor::{Int, Tensor, TensorData};
use burn_flex::FlexDevice;
use proptest::prelude::*;
use scalenas_kernels::{KernelBackend, ops, reference};

use crate::common::{B, channels_last, close, on_all_levels, tensor, values, vec};

type A = Autodiff<B>;

const LIMIT: f64 = 3e-6;

/// Values and the input's gradient of a function whose result is weighted so that every output has a gradient of its
/// own.
fn with_gradient<const D: usize>(
    x: &Tensor<A, 4>,
    run: impl Fn(Tensor<A, 4>) -> Tensor<A, D>,
) -> (Tensor<B, D>, Tensor<B, 4>) {
    let x = x.clone().require_grad();
    let y = run(x.clone());
    let weights: Tensor<A, D> = tensor(y.dims(), 99);
    let gradients = (y.clone() * weights).sum().backward();
    (y.inner(), x.grad(&gradients).expect("the input is learnt"))
}

/// Classes and some labels of none.
fn labels(shape: [usize; 3], classes: usize, seed: u64) -> Tensor<A, 3, Int> {
    let value = |value: f32| ((value + 1.1) * 0.5 * classes as f32) as i32 - 1;
    let mut labels: Vec<i32> =
        values(shape.iter().product(), seed).into_iter().map(value).collect();
    labels.iter_mut().step_by(7).for_each(|label| *label = 255);
    Tensor::from_data(TensorData::new(labels, shape), &FlexDevice)
}

/// Log-likelihood as a textbook has it.
fn composed(scores: Tensor<A, 4>, labels: &Tensor<A, 3, Int>) -> Tensor<A, 3> {
    let [_, height, width] = labels.dims();
    let classes = scores.dims()[1] as i32;
    let logs = log_softmax(reference::pixels::upsample(scores, [height, width]), 1);
    let none = labels.clone().lower_elem(0).bool_or(labels.clone().greater_equal_elem(classes));
    let own = labels.clone().mask_fill(none.clone(), 0).unsqueeze_dim(1);
    logs.gather(1, own).squeeze_dim::<3>(1).mask_fill(none, 0.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn upsampled_maps_and_their_gradients(
        batch in 1usize..3, channels in 1usize..40, height in 1usize..12, width in 1usize..12,
        rows in 1usize..40, columns in 1usize..40,
    ) {
        on_all_levels(|| {
            let x: Tensor<A, 4> = tensor([batch, channels, height, width], 1);
            let (want, slope) = with_gradient(&x, |x| reference::pixels::upsample(x, [rows, columns]));
            for x in [x.clone(), channels_last(&x)] {
                let (got, own) = with_gradient(&x, |x| ops::upsample(x, [rows, columns]));
                close(&got, &want, LIMIT, "values");
                close(&own, &slope, LIMIT, "gradient");
            }
        });
    }

    #[test]
    fn likelihoods_and_their_gradients(
        batch in 1usize..3, classes in 1usize..24, height in 1usize..20, width in 1usize..12,
        rows in 1usize..80, columns in 1usize..80, scale in 0.1f32..40.0,
    ) {
        on_all_levels(|| {
            let scores = tensor::<A, 4>([batch, classes, height, width], 1) * scale;
            let labels = labels([batch, rows, columns], classes, 2);
            let (want, slope) = with_gradient(&scores, |scores| composed(scores, &labels));
            for scores in [scores.clone(), channels_last(&scores)] {
                let run = |scores| ops::log_likelihood(scores, labels.clone());
                let (got, own) = with_gradient(&scores, run);
                close(&got, &want, LIMIT, "values");
                close(&own, &slope, 1e-5, "gradient");
            }
        });
    }
}

/// The default bodies, which every device without kernels of its own has.
#[test]
fn composed_gradients_are_those_of_the_framework() {
    let scores: Tensor<A, 4> = tensor([2, 5, 6, 4], 1);
    let labels = labels([2, 17, 16], 5, 2);
    let (want, slope) = with_gradient(&scores, |scores| composed(scores, &labels));
    let plain = scores.inner();
    let [got, normaliser] =
        reference::pixels::log_likelihood(plain.clone(), labels.clone().inner());
    close(&got, &want, LIMIT, "values");
    let weights = tensor::<B, 3>([2, 17, 16], 99);
    let own =
        reference::pixels::log_likelihood_gradient(plain, labels.inner(), normaliser, weights);
    close(&own, &slope, 1e-5, "gradient");

    let x: Tensor<A, 4> = tensor([2, 3, 5, 4], 3);
    let (_, slope) = with_gradient(&x, |x| reference::pixels::upsample(x, [11, 16]));
    let own = reference::pixels::upsample_gradient(tensor::<B, 4>([2, 3, 11, 16], 99), [5, 4]);
    close(&own, &slope, LIMIT, "gradient");
}

#[test]
fn wide_labels_are_read_like_narrow_ones() {
    let scores: Tensor<B, 4> = tensor([1, 3, 4, 4], 1);
    let narrow = labels([1, 16, 16], 3, 2).inner();
    let wide: Vec<i64> = narrow.to_data().iter().map(|label: i32| i64::from(label)).collect();
    let wide = B::int_from_data(TensorData::new(wide, [1, 16, 16]), &FlexDevice);
    let far = B::int_from_data(TensorData::new(vec![1i64 << 40; 256], [1, 16, 16]), &FlexDevice);
    let run = |labels| {
        let scores = scores.clone().into_primitive().tensor();
        let values = B::log_likelihood(scores, labels).values;
        vec(&Tensor::<B, 3>::from_primitive(burn::tensor::TensorPrimitive::Float(values)))
    };
    assert_eq!(run(wide), run(narrow.into_primitive()));
    assert!(run(far).iter().all(|&value| value == 0.0));
}

#[test]
fn nan_and_infinity_pass_through() {
    on_all_levels(|| {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut scores = values(3 * 4 * 4, 1);
            scores[5] = bad;
            let scores =
                Tensor::<A, 4>::from_data(TensorData::new(scores, [1, 3, 4, 4]), &FlexDevice);
            let labels = Tensor::<A, 3, Int>::zeros([1, 16, 16], &FlexDevice);
            let (values, slope) =
                with_gradient(&scores, |x| ops::log_likelihood(x, labels.clone()));
            assert!(vec(&values).iter().any(|value| !value.is_finite()), "{bad}");
            assert!(vec(&slope).iter().any(|value| !value.is_finite()), "{bad}");
            let (values, _) = with_gradient(&scores, |x| ops::upsample(x, [16, 16]));
            assert!(vec(&values).iter().any(|value| !value.is_finite()), "{bad}");
        }
    });
}
