//! Interpolation and the log-likelihood of labelled pixels.

use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{Int, Tensor, TensorData};
use scalenas_kernels::{Activation, KernelBackend, ops};

use crate::case::{Case, Order, data, features, gradient, result_gradient};
use crate::common::{tensor, values};

/// Maps of the first size and the others interpolated to it.
#[derive(Debug, Clone)]
struct Blend {
    channels: usize,
    sizes: Vec<[usize; 2]>,
    order: Order,
    activation: Activation,
}

impl Case for Blend {
    fn without_activation(&self) -> Self {
        Self { activation: Activation::Identity, ..self.clone() }
    }

    fn run<B: AutodiffBackend + KernelBackend>(
        &self,
        keep: Option<&TensorData>,
    ) -> Vec<TensorData> {
        let shape = |[height, width]: [usize; 2]| [2, self.channels, height, width];
        let maps = self.sizes.iter().zip(1..);
        let maps: Vec<_> = maps
            .map(|(&size, seed)| features::<B>(shape(size), seed, self.order).require_grad())
            .collect();
        let y = ops::blend(maps[0].clone(), maps[1..].to_vec(), self.activation);
        let dy = result_gradient::<B>(shape(self.sizes[0]), 9, self.order, keep);
        let gradients = (y.clone() * dy).sum().backward();
        let leaves = maps.iter().map(|maps| gradient(maps, &gradients));
        [data(y.inner())].into_iter().chain(leaves).collect()
    }
}

#[test]
fn blends_of_any_number_of_sizes() {
    let sizes = [[12, 16], [6, 8], [5, 3], [12, 16], [1, 1]];
    for count in 1..=sizes.len() {
        for activation in [Activation::Identity, Activation::Relu] {
            for (channels, order) in [(32, Order::ChannelsLast), (5, Order::ChannelsFirst)] {
                Blend { channels, sizes: sizes[..count].to_vec(), order, activation }.check();
            }
        }
    }
}

/// Scores `[2, classes, *scores]` and labels `[2, *labels]`, some of no class.
#[derive(Debug, Clone)]
struct Likelihood {
    classes: usize,
    scores: [usize; 2],
    labels: [usize; 2],
}

impl Case for Likelihood {
    fn without_activation(&self) -> Self {
        self.clone()
    }

    fn run<B: AutodiffBackend + KernelBackend>(&self, _: Option<&TensorData>) -> Vec<TensorData> {
        let ([rows, columns], [height, width]) = (self.scores, self.labels);
        let shape = [2, self.classes, rows, columns];
        let scores = features::<B>(shape, 1, Order::ChannelsLast).require_grad();
        let label = |value: f32| ((value + 1.2) * 0.5 * self.classes as f32) as i32;
        let labels: Vec<i32> = values(2 * height * width, 2).into_iter().map(label).collect();
        let labels = TensorData::new(labels, [2, height, width]);
        let labels = Tensor::<B, 3, Int>::from_data(labels, &B::Device::default());
        let y = ops::log_likelihood(scores.clone(), labels);
        let gradients = (y.clone() * tensor([2, height, width], 9)).sum().backward();
        vec![data(y.inner()), gradient(&scores, &gradients)]
    }
}

#[test]
fn likelihoods_of_labels() {
    for (classes, scores, labels) in
        [(19, [8, 12], [32, 48]), (3, [5, 7], [19, 11]), (1, [1, 1], [4, 4])]
    {
        Likelihood { classes, scores, labels }.check();
    }
}
