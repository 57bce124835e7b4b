//! Fusion.

use burn::tensor::TensorData;
use burn::tensor::backend::AutodiffBackend;
use proptest::prelude::*;
use scalenas_kernels::{Activation, KernelBackend, ops};

use crate::case::{Case, Order, data, features, gradient, result_gradient};

#[derive(Debug, Clone)]
struct Fuse {
    shape: [usize; 4],
    factors: Vec<usize>,
    order: Order,
    activation: Activation,
}

impl Case for Fuse {
    fn without_activation(&self) -> Self {
        Self { activation: Activation::Identity, ..self.clone() }
    }

    fn run<B: AutodiffBackend + KernelBackend>(
        &self,
        keep: Option<&TensorData>,
    ) -> Vec<TensorData> {
        let [batch, channels, height, width] = self.shape;
        let target = features::<B>(self.shape, 1, self.order).require_grad();
        let edge = |(seed, &factor): (usize, &usize)| {
            let shape = [batch, channels, height / factor, width / factor];
            features::<B>(shape, seed as u64 + 2, self.order).require_grad()
        };
        let edges: Vec<_> = self.factors.iter().enumerate().map(edge).collect();
        let y = ops::fuse(target.clone(), edges.clone(), self.activation);
        let dy = result_gradient::<B>(self.shape, 9, self.order, keep);
        let gradients = (y.clone() * dy).sum().backward();
        let leaves = [&target].into_iter().chain(&edges);
        [data(y.inner())].into_iter().chain(leaves.map(|l| gradient(l, &gradients))).collect()
    }
}

#[test]
fn fusion_with_any_number_of_edges() {
    for factors in [vec![], vec![1], vec![2], vec![2, 4, 8], vec![1, 2, 4, 8, 2]] {
        for activation in [Activation::Identity, Activation::Relu] {
            for shape in [[2, 32, 16, 24], [1, 5, 8, 8]] {
                let order = Order::ChannelsLast;
                Fuse { shape, factors: factors.clone(), order, activation }.check();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn fusion_of_any_shape(
        batch in 1usize..3,
        channels in 1usize..40,
        height in 1usize..4,
        width in 1usize..4,
        last: bool,
    ) {
        let order = if last { Order::ChannelsLast } else { Order::ChannelsFirst };
        let shape = [batch, channels, height * 4, width * 4];
        Fuse { shape, factors: vec![4, 2], order, activation: Activation::Relu }.check();
    }
}
