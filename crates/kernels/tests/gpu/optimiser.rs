//! Running statistics and Adam: many small tensors.

use burn::tensor::{Tensor, TensorData};
use burn_flex::Flex;
use scalenas_kernels::{AdamStep, AdamValues, KernelBackend, ops};

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
            let step = AdamStep { learning_rate, beta_1, beta_2, epsilon, time };
            values = B::adam(values, gradient, step);
        }
        [values.weight, values.mean, values.square].map(lift).map(data).into()
    }
    same(run::<Gpu>(), run::<Flex>(), "Adam");
}
