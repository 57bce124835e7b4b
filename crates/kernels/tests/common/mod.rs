//! Random tensors and comparisons.

#![allow(dead_code, reason = "every test file uses a part")]

pub mod disagreement;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_flex::Flex;
use scalenas_kernels::cpu::Level;

/// Values in [-1, 1), the same for the same seed.
pub fn values(len: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..len).map(|_| next()).collect()
}

pub fn tensor<B: Backend, const D: usize>(shape: [usize; D], seed: u64) -> Tensor<B, D> {
    let data = TensorData::new(values(shape.iter().product(), seed), shape);
    Tensor::from_data(data, &B::Device::default())
}

/// A copy with equal values, stored channels last.
pub fn channels_last<B: Backend>(x: &Tensor<B, 4>) -> Tensor<B, 4> {
    let last = x.clone().permute([0, 2, 3, 1]);
    let data = last.into_data();
    Tensor::<B, 4>::from_data(data, &x.device()).permute([0, 3, 1, 2])
}

pub fn vec<B: Backend, const D: usize>(x: &Tensor<B, D>) -> Vec<f32> {
    x.to_data().to_vec().expect("float32 values")
}

/// `‖a - b‖ / ‖b‖`, with a floor for results that are nearly nothing.
pub fn distance(a: &[f32], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "different sizes");
    let difference: f64 = a.iter().zip(b).map(|(a, b)| (f64::from(*a) - b).powi(2)).sum();
    let norm: f64 = b.iter().map(|b| b * b).sum();
    difference.sqrt() / norm.sqrt().max(1e-3)
}

pub fn close<B: Backend, const D: usize>(
    a: &Tensor<B, D>,
    b: &Tensor<B, D>,
    limit: f64,
    what: &str,
) {
    assert_eq!(a.dims(), b.dims(), "{what}: shapes");
    let b: Vec<f64> = vec(b).into_iter().map(f64::from).collect();
    let distance = distance(&vec(a), &b);
    assert!(distance < limit, "{what}: {distance:e} apart, allowed {limit:e}");
}

/// Runs a check with every instruction set of this processor.
pub fn on_all_levels(check: impl Fn()) {
    for level in Level::available() {
        level.scope(&check);
    }
}

pub type B = Flex;
