//! Convolution with bias, residual and activation, and the order of features between operations.

use std::env;
use std::process::Command;

use burn::tensor::TensorData;
use burn::tensor::backend::AutodiffBackend;
use scalenas_kernels::environment::CONVOLUTIONS;
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, ops};

use crate::case::{Case, Order, data, features, gradient, result_gradient};
use crate::common::tensor;

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
        let prepared = ops::prepare_weights(vec![weight.clone()], x.dtype()).remove(0);
        let prepared = ops::conv_prepared(x.clone(), weight.clone(), prepared, geometry);
        let dy = result_gradient::<B>(out, 5, self.order, keep);
        // The input is used several times: its gradients are summed by the kernels.
        let gradients = ((y.clone() + plain + prepared) * dy).sum().backward();
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

/// Where a device has units for matrices, products are multiplied by these already. The environment is looked at
/// once, so that another process has it.
#[test]
fn products_that_threads_multiply() {
    let test = "conv::convolutions_with_bias_residual_and_activation";
    let mut child = Command::new(env::current_exe().unwrap());
    let ended = child.args([test, "--exact"]).env(CONVOLUTIONS, "threads").output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && said.contains("1 passed"), "{ended:?}");
}

// The fusion layer hides strides.
#[cfg(not(feature = "fusion"))]
#[test]
fn features_stay_channels_last_between_operations() {
    let x = tensor::<crate::Gpu, 4>([2, 32, 8, 6], 1);
    let weight = tensor::<crate::Gpu, 4>([32, 32, 3, 3], 2);
    let vector = |seed| tensor::<crate::Gpu, 1>([32], seed);
    let y = ops::conv(x, weight, ConvGeometry { stride: 1, padding: 1 });
    let (y, _, _) =
        ops::norm_batch(y, vector(3), vector(4), crate::case::EPSILON, None, Activation::Relu);
    let y = ops::fuse(y.clone(), vec![y], Activation::Relu);
    let strides = y.into_primitive().tensor().meta.strides().to_vec();
    assert_eq!(strides, [8 * 6 * 32, 1, 6 * 32, 32]);
}
