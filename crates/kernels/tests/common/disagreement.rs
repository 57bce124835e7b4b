//! Arguments whose shapes disagree, for every operation of a backend.

use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::tensor::ops::{FloatTensor, IntTensor};
use burn::tensor::{IntDType, TensorData};
use scalenas_kernels::{
    Activation, AdamStep, AdamValues, ConvGeometry, KernelBackend, NormState, Origin,
};

use super::values;

/// Sizes that all arguments of an operation are made of.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    pub batch: usize,
    pub input: usize,
    pub output: usize,
    /// Height and width.
    pub size: [usize; 2],
    /// Side of the kernel, 1 or 3.
    pub kernel: usize,
    pub stride: usize,
}

impl Sizes {
    fn geometry(&self) -> ConvGeometry {
        ConvGeometry { stride: self.stride, padding: self.kernel / 2 }
    }

    fn x(&self) -> Vec<usize> {
        vec![self.batch, self.input, self.size[0], self.size[1]]
    }

    fn y(&self) -> Vec<usize> {
        let [height, width] = self.size.map(|n| (n - 1) / self.stride + 1);
        vec![self.batch, self.output, height, width]
    }

    fn weight(&self) -> Vec<usize> {
        vec![self.output, self.input, self.kernel, self.kernel]
    }

    /// Pixels of `x` repeated `factor` times in both directions.
    fn pixels(&self, factor: usize) -> Vec<usize> {
        vec![self.batch, self.size[0] * factor, self.size[1] * factor]
    }

    /// `x` repeated `factor` times in both directions.
    fn finer(&self, factor: usize) -> Vec<usize> {
        vec![self.batch, self.input, self.size[0] * factor, self.size[1] * factor]
    }
}

type Run<B> = fn(Sizes, Vec<FloatTensor<B>>);

/// An operation with arguments that fit.
struct Operation<B: KernelBackend> {
    name: &'static str,
    shapes: Vec<Vec<usize>>,
    /// Argument and axis that no other argument depends on.
    free: &'static [[usize; 2]],
    run: Run<B>,
}

#[expect(clippy::too_many_lines, reason = "a table, one entry per operation")]
fn operations<B: KernelBackend>(sizes: Sizes) -> Vec<Operation<B>> {
    let (x, y, weight) = (sizes.x(), sizes.y(), sizes.weight());
    let (input, output) = (vec![sizes.input], vec![sizes.output]);
    let norm = |count: usize, rest: &[Vec<usize>]| {
        let vectors = std::iter::repeat_n(input.clone(), count);
        [x.clone()].into_iter().chain(vectors).chain(rest.iter().cloned()).collect::<Vec<_>>()
    };
    vec![
        Operation {
            name: "conv",
            shapes: vec![x.clone(), weight.clone()],
            free: &[[0, 0], [0, 2], [0, 3], [1, 0]],
            run: |sizes, arguments| {
                let [x, weight] = take(arguments);
                B::conv(x, weight, sizes.geometry());
            },
        },
        Operation {
            name: "conv_prepared",
            shapes: vec![x.clone(), weight.clone(), weight.clone()],
            free: &[[0, 0], [0, 2], [0, 3]],
            run: |sizes, arguments| {
                let [x, weight, prepared] = take(arguments);
                B::conv_prepared(x, weight, prepared, sizes.geometry());
            },
        },
        Operation {
            name: "conv_bias",
            shapes: vec![x.clone(), weight.clone(), output, y.clone()],
            free: &[],
            run: |sizes, arguments| {
                let [x, weight, bias, residual] = take(arguments);
                let (residual, relu) = (Some(residual), Activation::Relu);
                B::conv_bias(x, weight, bias, residual, relu, sizes.geometry());
            },
        },
        Operation {
            name: "norm",
            shapes: norm(2, std::slice::from_ref(&x)),
            free: &[],
            run: |_, arguments| {
                let [x, weight, bias, residual] = take(arguments);
                B::norm_batch(x, weight, bias, 1e-5, Some(residual), Activation::Relu);
            },
        },
        Operation {
            name: "norm",
            shapes: norm(4, std::slice::from_ref(&x)),
            free: &[],
            run: |_, arguments| {
                let [x, weight, bias, mean, variance, residual] = take(arguments);
                let (residual, relu) = (Some(residual), Activation::Relu);
                B::norm_frozen(x, weight, bias, mean, variance, 1e-5, residual, relu);
            },
        },
        Operation {
            name: "fuse",
            shapes: vec![sizes.finer(4), sizes.finer(2), x.clone()],
            free: &[],
            run: |_, mut arguments| {
                let target = arguments.remove(0);
                B::fuse(target, arguments, Activation::Relu);
            },
        },
        Operation {
            name: "conv_input_gradient",
            shapes: vec![x.clone(), weight.clone(), y.clone(), x.clone()],
            free: &[],
            run: |sizes, arguments| {
                let [x, weight, gradient, sum] = take(arguments);
                B::conv_input_gradient(x, weight, gradient, sizes.geometry(), Some(sum));
            },
        },
        Operation {
            name: "conv_weight_gradient",
            shapes: vec![x.clone(), weight.clone(), y],
            free: &[],
            run: |sizes, arguments| {
                let [x, weight, gradient] = take(arguments);
                B::conv_weight_gradient(x, weight, gradient, sizes.geometry());
            },
        },
        Operation {
            name: "norm_gradient",
            shapes: norm(4, &[x.clone(), x.clone()]),
            free: &[],
            run: |_, arguments| {
                let [x, weight, bias, mean, variance, output, gradient] = take(arguments);
                let (epsilon, origin, activation) = (1e-5, Origin::Batch, Activation::Relu);
                let output = Some(output);
                let state = NormState {
                    x,
                    weight,
                    bias,
                    mean,
                    variance,
                    epsilon,
                    origin,
                    activation,
                    output,
                };
                B::norm_gradient(state, gradient);
            },
        },
        Operation {
            name: "relu_gradient",
            shapes: vec![x.clone(), x.clone()],
            free: &[],
            run: |_, arguments| {
                let [output, gradient] = take(arguments);
                B::relu_gradient(output, gradient);
            },
        },
        Operation {
            name: "edge_gradient",
            shapes: vec![sizes.finer(2)],
            free: &[],
            run: |sizes, arguments| {
                let [gradient] = take(arguments);
                let edge = sizes.x().try_into().expect("four axes");
                B::edge_gradient(gradient, edge);
            },
        },
        Operation {
            name: "blend",
            shapes: vec![sizes.finer(4), sizes.finer(2), x.clone()],
            free: &[[0, 2], [0, 3], [1, 2], [1, 3], [2, 2], [2, 3]],
            run: |_, mut arguments| {
                let target = arguments.remove(0);
                B::blend(target, arguments, Activation::Relu);
            },
        },
        Operation {
            name: "upsample",
            shapes: vec![x.clone()],
            free: &[[0, 0], [0, 1], [0, 2], [0, 3]],
            run: |sizes, arguments| {
                let [x] = take(arguments);
                B::upsample(x, sizes.size.map(|side| side * 2));
            },
        },
        Operation {
            name: "upsample_gradient",
            shapes: vec![sizes.finer(2)],
            free: &[[0, 0], [0, 1], [0, 2], [0, 3]],
            run: |sizes, arguments| {
                let [gradient] = take(arguments);
                B::upsample_gradient(gradient, sizes.size);
            },
        },
        Operation {
            name: "log_likelihood",
            shapes: vec![x.clone(), sizes.pixels(4)],
            free: &[[0, 1], [0, 2], [0, 3], [1, 1], [1, 2]],
            run: |_, arguments| {
                let [scores, labels] = take(arguments);
                B::log_likelihood(scores, whole::<B>(labels));
            },
        },
        Operation {
            name: "log_likelihood_gradient",
            shapes: vec![x.clone(), sizes.pixels(4), sizes.pixels(4), sizes.pixels(4)],
            free: &[[0, 1], [0, 2], [0, 3]],
            run: |_, arguments| {
                let [scores, labels, normaliser, gradient] = take(arguments);
                B::log_likelihood_gradient(scores, whole::<B>(labels), normaliser, gradient);
            },
        },
        Operation {
            name: "adam",
            shapes: vec![weight.clone(), weight.clone(), weight.clone(), weight],
            free: &[],
            run: |_, arguments| {
                let [weight, mean, square, gradient] = take(arguments);
                let (beta_1, beta_2, epsilon) = (0.9, 0.999, 1e-8);
                let step =
                    AdamStep { learning_rate: 0.1, beta_1, beta_2, epsilon, keep: 1.0, time: 1 };
                B::adam(AdamValues { weight, mean, square }, gradient, step);
            },
        },
        Operation {
            name: "move_statistics",
            shapes: vec![input.clone(), input.clone(), input.clone(), input],
            free: &[],
            run: |_, arguments| {
                let [mean, variance, batch_mean, batch_variance] = take(arguments);
                let batch = [batch_mean, batch_variance];
                B::move_statistics([mean, variance], batch, 0.1, 1.0);
            },
        },
        Operation {
            name: "add_gradients",
            shapes: vec![x.clone(), x],
            free: &[],
            run: |_, arguments| {
                let [a, b] = take(arguments);
                B::add_gradients(a, b);
            },
        },
    ]
}

/// Values cut down to whole numbers.
fn whole<B: KernelBackend>(values: FloatTensor<B>) -> IntTensor<B> {
    B::float_into_int(values, IntDType::I32)
}

fn take<T, const N: usize>(arguments: Vec<T>) -> [T; N] {
    arguments.try_into().unwrap_or_else(|_| panic!("{N} arguments"))
}

/// Every shape with one axis longer or shorter by two, and with an axis less or more.
fn variants(shape: &[usize]) -> Vec<(Option<usize>, Vec<usize>)> {
    let mut variants = Vec::new();
    for axis in 0..shape.len() {
        for size in [Some(shape[axis] + 2), shape[axis].checked_sub(2).filter(|&n| n > 0)] {
            let Some(size) = size else { continue };
            let mut changed = shape.to_vec();
            changed[axis] = size;
            variants.push((Some(axis), changed));
        }
    }
    // Devices have no tensors without an axis.
    if shape.len() > 1 {
        variants.push((None, shape[1..].to_vec()));
    }
    variants.push((None, [&[1], shape].concat()));
    variants
}

fn tensors<B: KernelBackend>(shapes: &[Vec<usize>]) -> Vec<FloatTensor<B>> {
    let make = |(seed, shape): (usize, &Vec<usize>)| {
        // Variances and means of squares are not negative.
        let values: Vec<f32> = values(shape.iter().product(), seed as u64);
        let values: Vec<f32> = values.into_iter().map(f32::abs).collect();
        B::float_from_data(TensorData::new(values, shape.clone()), &B::Device::default())
    };
    shapes.iter().enumerate().map(make).collect()
}

/// Every operation accepts arguments that fit, and panics if one of them does not, saying both shapes.
pub fn check<B: KernelBackend>(sizes: Sizes) {
    for operation in operations::<B>(sizes) {
        let Operation { name, shapes, free, run } = operation;
        run(sizes, tensors::<B>(&shapes));
        for argument in 0..shapes.len() {
            for (axis, variant) in variants(&shapes[argument]) {
                if axis.is_some_and(|axis| free.contains(&[argument, axis])) {
                    continue;
                }
                let mut changed = shapes.clone();
                changed[argument].clone_from(&variant);
                let arguments = tensors::<B>(&changed);
                let outcome = catch_unwind(AssertUnwindSafe(|| run(sizes, arguments)));
                let place = format!("{name} with {changed:?}, argument {argument} was {shapes:?}");
                let Err(payload) = outcome else { panic!("{place}: returned a value") };
                let message = payload.downcast_ref::<String>().expect("a formatted message");
                assert!(message.starts_with(name), "{place}: {message}");
                assert!(message.contains(&format!("{variant:?}")), "{place}: {message}");
                let said = message.matches('[').count() + message.matches(" needed").count();
                assert!(said >= 2, "{place}: says one shape only: {message}");
            }
        }
    }
}
