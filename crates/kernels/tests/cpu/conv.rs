//! Convolutions and their gradients against sums in float64.

use burn::tensor::{Tensor, TensorData, TensorPrimitive};
use burn_flex::FlexDevice;
use proptest::prelude::*;
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, ops, reference};

use crate::common::{B, channels_last, close, distance, on_all_levels, tensor, vec};

/// Relative error allowed for float32 sums, Winograd's algorithm included.
const LIMIT: f64 = 3e-6;

#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub batch: usize,
    pub input: usize,
    pub output: usize,
    pub size: [usize; 2],
    pub kernel: usize,
    pub geometry: ConvGeometry,
}

impl Case {
    pub fn x_shape(&self) -> [usize; 4] {
        [self.batch, self.input, self.size[0], self.size[1]]
    }

    pub fn weight_shape(&self) -> [usize; 4] {
        [self.output, self.input, self.kernel, self.kernel]
    }

    pub fn out(&self) -> [usize; 2] {
        let ConvGeometry { stride, padding } = self.geometry;
        self.size.map(|n| (n + 2 * padding - self.kernel) / stride + 1)
    }

    /// Output, gradient of the input and of the weight, in float64.
    pub fn sums(&self, [x, weight, dy]: [&Tensor<B, 4>; 3]) -> [Vec<f64>; 3] {
        let (xs, ws, ds) = (vec(x), vec(weight), vec(dy));
        let mut y = vec![0.0f64; ds.len()];
        let (mut dx, mut dw) = (vec![0.0f64; xs.len()], vec![0.0f64; ws.len()]);
        self.products(|from, tap, to| {
            let (x, w, d) = (f64::from(xs[from]), f64::from(ws[tap]), f64::from(ds[to]));
            y[to] += x * w;
            dx[from] += d * w;
            dw[tap] += d * x;
        });
        [y, dx, dw]
    }

    /// Calls `visit` with flat indices of input, weight and output of every product.
    fn products(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let [oh, ow] = self.out();
        let [h, w] = self.size;
        let (k, ConvGeometry { stride, padding }) = (self.kernel, self.geometry);
        for (n, o, i) in triples(self.batch, self.output, self.input) {
            for (y, x, tap) in triples(oh, ow, k * k) {
                let (ky, kx) = (tap / k, tap % k);
                let Some(iy) = (y * stride + ky).checked_sub(padding).filter(|&v| v < h) else {
                    continue;
                };
                let Some(ix) = (x * stride + kx).checked_sub(padding).filter(|&v| v < w) else {
                    continue;
                };
                let from = ((n * self.input + i) * h + iy) * w + ix;
                let to = ((n * self.output + o) * oh + y) * ow + x;
                visit(from, (o * self.input + i) * k * k + tap, to);
            }
        }
    }
}

fn triples(a: usize, b: usize, c: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..a * b * c).map(move |i| (i / (b * c), i / c % b, i % c))
}

fn check(case: Case) {
    let x: Tensor<B, 4> = tensor(case.x_shape(), 1);
    let weight: Tensor<B, 4> = tensor(case.weight_shape(), 2);
    let [oh, ow] = case.out();
    let dy: Tensor<B, 4> = tensor([case.batch, case.output, oh, ow], 3);
    let [y, dx, dw] = case.sums([&x, &weight, &dy]);
    let primitive = |t: &Tensor<B, 4>| t.clone().into_primitive().tensor();
    let lift = |t| Tensor::<B, 4>::from_primitive(TensorPrimitive::Float(t));
    // Sums in float64 take the longest: all instruction sets are compared with the same.
    on_all_levels(|| {
        for x in [x.clone(), channels_last(&x)] {
            let forward = ops::conv(x.clone(), weight.clone(), case.geometry);
            let error = distance(&vec(&forward), &y);
            assert!(error < LIMIT, "{case:?}: forward {error:e}");
            for dy in [dy.clone(), channels_last(&dy)] {
                let [xp, wp, dp] = [&x, &weight, &dy].map(primitive);
                let g = case.geometry;
                let got = B::conv_input_gradient(xp.clone(), wp.clone(), dp.clone(), g, None);
                let error = distance(&vec(&lift(got)), &dx);
                assert!(error < LIMIT, "{case:?}: input gradient {error:e}");
                let sum =
                    B::conv_input_gradient(xp.clone(), wp.clone(), dp.clone(), g, Some(xp.clone()));
                close(
                    &(lift(sum) - x.clone()),
                    &lift(B::conv_input_gradient(xp.clone(), wp.clone(), dp.clone(), g, None)),
                    1e-4,
                    "sum",
                );
                let got = B::conv_weight_gradient(xp, wp, dp, g);
                let error = distance(&vec(&lift(got)), &dw);
                assert!(error < LIMIT, "{case:?}: weight gradient {error:e}");
            }
        }
    });
}

pub fn case(
    batch: usize,
    [input, output]: [usize; 2],
    size: [usize; 2],
    [kernel, stride]: [usize; 2],
) -> Case {
    let geometry = ConvGeometry { stride, padding: kernel / 2 };
    Case { batch, input, output, size, kernel, geometry }
}

#[test]
fn shapes_of_the_network() {
    check(case(2, [3, 64], [32, 24], [3, 2]));
    check(case(2, [32, 32], [24, 20], [3, 1]));
    check(case(1, [64, 64], [32, 24], [3, 1]));
    check(case(2, [128, 128], [16, 12], [3, 1]));
    check(case(2, [256, 256], [8, 6], [3, 1]));
    check(case(2, [64, 256], [8, 6], [1, 1]));
    check(case(2, [256, 32], [16, 12], [3, 1]));
    check(case(1, [32, 64], [16, 12], [3, 2]));
    check(case(1, [32, 17], [16, 12], [1, 1]));
    check(case(1, [48, 34], [17, 13], [1, 1]));
    check(case(1, [48, 48], [17, 13], [3, 1]));
}

#[test]
fn corners() {
    check(case(1, [1, 1], [1, 1], [1, 1]));
    check(case(1, [1, 1], [1, 1], [3, 1]));
    check(case(1, [32, 32], [1, 1], [3, 1]));
    check(case(1, [16, 16], [1, 7], [3, 2]));
    check(case(3, [5, 9], [7, 5], [1, 2]));
    check(case(1, [2, 3], [9, 8], [5, 3]));
    check(case(40, [16, 16], [3, 3], [3, 1]));
    let geometry = ConvGeometry { stride: 1, padding: 0 };
    check(Case { geometry, ..case(2, [16, 32], [9, 11], [3, 1]) });
    let geometry = ConvGeometry { stride: 1, padding: 2 };
    check(Case { geometry, ..case(2, [16, 32], [9, 11], [3, 1]) });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_shape(
        batch in 1usize..4, input in 1usize..40, output in 1usize..40,
        height in 1usize..20, width in 1usize..20, kernel in 0usize..2, stride in 1usize..3,
    ) {
        check(case(batch, [input, output], [height, width], [kernel * 2 + 1, stride]));
    }
}

#[test]
fn bias_residual_and_activation() {
    on_all_levels(|| {
        for (output, size) in [(32, [16, 12]), (17, [7, 5]), (8, [1, 1])] {
            let x: Tensor<B, 4> = tensor([2, 32, size[0], size[1]], 1);
            let weight: Tensor<B, 4> = tensor([output, 32, 3, 3], 2);
            let bias: Tensor<B, 1> = tensor([output], 3);
            let residual: Tensor<B, 4> = tensor([2, output, size[0], size[1]], 4);
            let geometry = ConvGeometry { stride: 1, padding: 1 };
            for activation in [Activation::Identity, Activation::Relu] {
                for residual in [None, Some(residual.clone())] {
                    let (x, w, b) = (x.clone(), weight.clone(), bias.clone());
                    let args = (x, w, b, residual, activation, geometry);
                    let (x, w, b, r, a, g) = args.clone();
                    let want = reference::conv_bias(x, w, b, r, a, g);
                    let (x, w, b, r, a, g) = args;
                    close(&ops::conv_bias(x, w, b, r, a, g), &want, LIMIT, "conv_bias");
                }
            }
        }
    });
}

#[test]
fn strange_values_pass_as_in_the_plain_operation() {
    // Few channels and many: transformed weights are kept in a cache or not.
    for channels in [32, 160] {
        on_all_levels(|| {
            for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                strange_value(channels, value);
            }
        });
    }
}

/// Where one value of the input is strange, so are the same outputs and gradients of weights as in
/// the plain operation, and where one of the output's gradient is, the same of the input's.
fn strange_value(channels: usize, value: f32) {
    let shape = [2, channels, 16, 12];
    let mut values = crate::common::values(shape.iter().product(), 1);
    values[channels * 16 * 12 + 3 * 16 * 12 + 5 * 12 + 6] = value;
    let strange = Tensor::<B, 4>::from_data(TensorData::new(values, shape), &FlexDevice);
    let plain: Tensor<B, 4> = tensor(shape, 3);
    let weight: Tensor<B, 4> = tensor([channels, channels, 3, 3], 2);
    let geometry = ConvGeometry { stride: 1, padding: 1 };
    let same = |got: &Tensor<B, 4>, want: &Tensor<B, 4>, what: &str| {
        for (got, want) in vec(got).iter().zip(&vec(want)) {
            assert_eq!(got.is_nan(), want.is_nan(), "{what}, {channels} channels");
            assert_eq!(got.is_infinite(), want.is_infinite(), "{what}, {channels} channels");
        }
    };
    let low = |tensor: &Tensor<B, 4>| tensor.clone().into_primitive().tensor();
    let lift = |tensor| Tensor::from_primitive(TensorPrimitive::Float(tensor));
    let want = reference::conv(strange.clone(), weight.clone(), geometry);
    same(&ops::conv(strange.clone(), weight.clone(), geometry), &want, "output");
    let [x, dy, w] = [low(&strange), low(&plain), low(&weight)];
    let got = B::conv_weight_gradient(x.clone(), w.clone(), dy.clone(), geometry);
    let want = reference::gradient::conv_weight::<B>(x.clone(), w.clone(), dy.clone(), geometry);
    same(&lift(got), &lift(want), "gradient of the weight");
    let got = B::conv_input_gradient(dy.clone(), w.clone(), x.clone(), geometry, None);
    let want = reference::gradient::conv_input::<B>(dy, w, x, geometry, None);
    same(&lift(got), &lift(want), "gradient of the input");
}

#[test]
fn kept_weights_follow_the_weight() {
    let x: Tensor<B, 4> = tensor([1, 16, 24, 24], 1);
    let bias: Tensor<B, 1> = Tensor::zeros([16], &FlexDevice);
    let geometry = ConvGeometry { stride: 1, padding: 1 };
    let mut weight: Tensor<B, 4> = tensor([16, 16, 3, 3], 2);
    for _ in 0..3 {
        let run = || {
            ops::conv_bias(
                x.clone(),
                weight.clone(),
                bias.clone(),
                None,
                Activation::Identity,
                geometry,
            )
        };
        let first = run();
        let want = reference::conv(x.clone(), weight.clone(), geometry);
        close(&first, &want, LIMIT, "first");
        close(&run(), &first, 1e-12, "again");
        weight = weight * 1.5;
    }
}
