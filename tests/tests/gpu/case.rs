//! One operation computed by the GPU and by the processor.

use burn::backend::Autodiff;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, Tensor, TensorData};
use burn_flex::Flex;
use scalenas_kernels::KernelBackend;

use crate::Gpu;
use crate::common::{channels_last, distance, tensor};

/// Relative error allowed between two float32 computations.
pub const LIMIT: f64 = 1e-5;
pub const EPSILON: f64 = 1e-5;

/// Order of features in memory.
#[derive(Debug, Clone, Copy)]
pub enum Order {
    ChannelsFirst,
    ChannelsLast,
}

pub fn features<B: Backend>(shape: [usize; 4], seed: u64, order: Order) -> Tensor<B, 4> {
    let plain = tensor::<B, 4>(shape, seed);
    match order {
        Order::ChannelsFirst => plain,
        Order::ChannelsLast => channels_last(&plain),
    }
}

pub fn data<B: Backend, const D: usize>(x: Tensor<B, D>) -> TensorData {
    x.into_data().convert_dtype(DType::F32)
}

/// Where a ReLU is not about to switch: elsewhere rounding decides whether a gradient passes.
pub fn away_from_switches(sums: &TensorData) -> TensorData {
    let keep: Vec<f32> = sums.iter::<f32>().map(|v| f32::from(u8::from(v.abs() > 1e-4))).collect();
    TensorData::new(keep, sums.shape.clone())
}

/// A gradient of the result, nothing where `keep` is zero.
pub fn result_gradient<B: Backend>(
    shape: [usize; 4],
    seed: u64,
    order: Order,
    keep: Option<&TensorData>,
) -> Tensor<B, 4> {
    let dy = features::<B>(shape, seed, order);
    match keep {
        Some(keep) => dy * Tensor::from_data(keep.clone(), &B::Device::default()),
        None => dy,
    }
}

/// An operation that runs on any backend.
pub trait Case: std::fmt::Debug {
    /// This case without its activation.
    fn without_activation(&self) -> Self;

    /// The result first, then gradients and whatever else there is.
    fn run<B: AutodiffBackend + KernelBackend>(&self, keep: Option<&TensorData>)
    -> Vec<TensorData>;

    fn check(&self)
    where
        Self: Sized,
    {
        let keep = away_from_switches(&self.without_activation().run::<Autodiff<Flex>>(None)[0]);
        let found = self.run::<Autodiff<Gpu>>(Some(&keep));
        same(found, self.run::<Autodiff<Flex>>(Some(&keep)), &format!("{self:?}"));
    }
}

/// Compares lists of results by position.
pub fn same(found: Vec<TensorData>, wanted: Vec<TensorData>, what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}: numbers of results");
    for (index, (found, wanted)) in found.into_iter().zip(wanted).enumerate() {
        assert_eq!(found.shape, wanted.shape, "{what}, result {index}: shapes");
        let wanted: Vec<f64> = wanted.iter::<f64>().collect();
        let distance = distance(&found.to_vec::<f32>().expect("float32 values"), &wanted);
        assert!(distance < LIMIT, "{what}, result {index}: {distance:e} apart");
    }
}

pub fn gradient<B: AutodiffBackend, const D: usize>(
    leaf: &Tensor<B, D>,
    gradients: &B::Gradients,
) -> TensorData {
    data(leaf.grad(gradients).expect("every input has a gradient"))
}
