//! Features in sixteen bits.

use burn::tensor::backend::Backend;
use burn::tensor::ops::Device;
use burn::tensor::{FloatDType, Tensor};
use scalenas_kernels::{Activation, ops};

use crate::Gpu;
use crate::case::{EPSILON, Order, data, features};
use crate::common::{distance, tensor};

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
