//! Features in sixteen bits.

use burn::tensor::backend::Backend;
use burn::tensor::ops::Device;
use burn::tensor::{FloatDType, Tensor};
use scalenas_kernels::{Activation, ops};

use crate::Gpu;
use crate::case::{EPSILON, Order, data, features};
use crate::common::{channels_last, distance, tensor};

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

/// More weights than one launch takes, in both orders, against one at a time; the last axis of some has one value.
#[test]
fn weights_in_sixteen_bits_many_at_a_time() {
    const SHAPES: [[usize; 4]; 5] =
        [[1, 1, 1, 1], [5, 7, 3, 3], [64, 32, 3, 3], [17, 8, 1, 1], [256, 64, 1, 1]];
    let device = Device::<Gpu>::default();
    for format in [FloatDType::F32, FloatDType::F16, FloatDType::BF16] {
        if !Gpu::supports_dtype(&device, format.into()) {
            eprintln!("skipped: the device has no {format:?}");
            continue;
        }
        let weight = |index: usize| {
            let weight = tensor::<Gpu, 4>(SHAPES[index % SHAPES.len()], index as u64);
            if index.is_multiple_of(2) { weight } else { channels_last(&weight) }
        };
        let weights: Vec<_> = (0..83).map(weight).collect();
        let found = ops::prepare_weights(weights.clone(), format.into());
        assert_eq!(found.len(), weights.len());
        for (found, weight) in found.into_iter().zip(weights) {
            assert_eq!(found.dtype(), format.into());
            let wanted = ops::prepare_weight(weight, format.into());
            assert_eq!(data(found), data(wanted), "{format:?}");
        }
    }
}
