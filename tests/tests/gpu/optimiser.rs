//! Running statistics, Adam, averages and norms: many small tensors.

use burn::tensor::{Tensor, TensorData};
use burn_flex::Flex;
use scalenas_kernels::{AdamParameter, AdamStep, AdamValues, KernelBackend, ops};

use crate::Gpu;
use crate::case::{data, same};
use crate::common::{channels_last, tensor};

#[test]
fn running_statistics_move() {
    fn run<B: KernelBackend>() -> Vec<TensorData> {
        let vector = |seed| tensor::<B, 1>([37], seed);
        let running = [vector(1), vector(2)];
        ops::move_statistics(running, [vector(3), vector(4)], 0.1, 1.25).map(data).into()
    }
    same(run::<Gpu>(), run::<Flex>(), "running statistics");
}

#[test]
fn adam_over_several_steps() {
    fn run<B: KernelBackend>() -> Vec<TensorData> {
        let primitive = |x: Tensor<B, 4>| x.into_primitive().tensor();
        let lift = |x| Tensor::<B, 4>::from_primitive(burn::tensor::TensorPrimitive::Float(x));
        let shape = [5, 7, 3, 3];
        let zeros = || primitive(Tensor::zeros(shape, &B::Device::default()));
        let mut values =
            AdamValues::<B> { weight: primitive(tensor(shape, 1)), mean: zeros(), square: zeros() };
        for time in 1..=5 {
            // A gradient stored channels last, as convolutions leave theirs.
            let gradient = primitive(channels_last(&tensor::<B, 4>(shape, 10 + time as u64)));
            let (learning_rate, beta_1, beta_2, epsilon) = (1e-2, 0.9, 0.999, 1e-8);
            let step = AdamStep { learning_rate, beta_1, beta_2, epsilon, keep: 0.999, time };
            values = B::adam(values, gradient, step);
        }
        [values.weight, values.mean, values.square].map(lift).map(data).into()
    }
    same(run::<Gpu>(), run::<Flex>(), "Adam");
}

/// More kernels and vectors than one launch takes, at steps of their own; every third weight is held
/// by another handle, too, and must stay as it was there.
#[test]
fn adam_of_many_parameters() {
    const SHAPES: [[usize; 4]; 5] =
        [[1, 1, 1, 1], [5, 7, 3, 3], [64, 32, 3, 3], [17, 8, 1, 1], [256, 64, 1, 1]];
    fn run<B: KernelBackend>() -> Vec<TensorData> {
        let lift = |x| Tensor::<B, 4>::from_primitive(burn::tensor::TensorPrimitive::Float(x));
        let random = |shape, seed| tensor::<B, 4>(shape, seed);
        let mut held = Vec::new();
        let parameter = |index: usize| {
            let (shape, seed) = (SHAPES[index % SHAPES.len()], 4 * index as u64);
            let weight = random(shape, seed);
            if index.is_multiple_of(3) {
                held.push(weight.clone());
            }
            let square = random(shape, seed + 2).powi_scalar(2);
            let values = [weight, random(shape, seed + 1), square];
            let [weight, mean, square] = values.map(|x| x.into_primitive().tensor());
            let gradient = channels_last(&random(shape, seed + 3)).into_primitive().tensor();
            let (learning_rate, beta_1, beta_2, epsilon) = (1e-2, 0.9, 0.999, 1e-8);
            let step = AdamStep {
                learning_rate,
                beta_1,
                beta_2,
                epsilon,
                keep: [1.0, 0.999][index % 2],
                time: 1 + index % 7,
            };
            AdamParameter { values: AdamValues { weight, mean, square }, gradient, step }
        };
        let parameters = (0..83).map(parameter).collect();
        let stepped = B::adam_all(parameters).into_iter();
        let values = stepped.flat_map(|values| [values.weight, values.mean, values.square]);
        values.map(lift).chain(held).map(data).collect()
    }
    same(run::<Gpu>(), run::<Flex>(), "Adam of many parameters");
}

/// More kernels and vectors than one launch takes; every third one is held by another handle, too, and must stay as it
/// was there.
#[test]
fn operations_on_many_tensors() {
    const SHAPES: [[usize; 4]; 5] =
        [[1, 1, 1, 1], [5, 7, 3, 3], [64, 32, 3, 3], [17, 8, 1, 1], [256, 64, 3, 3]];
    fn run<B: KernelBackend>() -> Vec<TensorData> {
        let lift = |x| Tensor::<B, 4>::from_primitive(burn::tensor::TensorPrimitive::Float(x));
        let vector = |x| Tensor::<B, 1>::from_primitive(burn::tensor::TensorPrimitive::Float(x));
        let random = |index: usize, seed: usize| {
            channels_last(&tensor::<B, 4>(SHAPES[index % SHAPES.len()], (7 * index + seed) as u64))
        };
        let mut held = Vec::new();
        let mut all = |seed: usize| -> Vec<_> {
            let one = |index: usize| {
                let tensor = random(index, seed);
                if index.is_multiple_of(3) {
                    held.push(tensor.clone());
                }
                tensor.into_primitive().tensor()
            };
            (0..83).map(one).collect()
        };
        let (averages, values, gradients) = (all(1), all(2), all(3));
        let moved = B::average_all(averages, values, 0.75);
        let sum = B::square_sum(gradients.clone());
        let factor = (vector(sum.clone()).sqrt().recip()).into_primitive().tensor();
        let scaled = B::scale_all(gradients, factor);
        let many = moved.into_iter().chain(scaled).map(lift).chain(held);
        many.map(data).chain([data(vector(sum))]).collect()
    }
    same(run::<Gpu>(), run::<Flex>(), "operations on many tensors");
}
