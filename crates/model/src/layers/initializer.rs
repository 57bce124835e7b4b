//! Initial values of parameters.

use burn::module::Param;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use rand_distr::{Distribution, Normal};
use scalenas_space::rng;

/// Standard deviation of initial convolution weights, as in the HRNet reference.
const INITIAL_DEVIATION: f32 = 0.001;

/// Creates parameters on a device.
pub(crate) struct Initializer<'a, B: Backend> {
    device: &'a B::Device,
    kernels: Kernels,
}

/// Initial convolution weights.
enum Kernels {
    /// N(0, 0.001), from streams of this seed.
    Random(u64),
    /// Zeros, to be replaced.
    Zeros,
}

impl<'a, B: Backend> Initializer<'a, B> {
    /// Random kernels, as training starts with.
    pub fn random(device: &'a B::Device, seed: u64) -> Self {
        Self { device, kernels: Kernels::Random(seed) }
    }

    /// Kernels without values of their own, for networks that are read from a file.
    pub fn zeros(device: &'a B::Device) -> Self {
        Self { device, kernels: Kernels::Zeros }
    }

    /// Convolution weight of a layer. Random values are drawn by the layer's name, so that a subnet
    /// created alone starts with the same values as inside its supernet.
    pub fn kernel(&self, name: &str, shape: [usize; 4]) -> Param<Tensor<B, 4>> {
        let seed = match self.kernels {
            Kernels::Random(seed) => seed,
            Kernels::Zeros => return Param::from_tensor(Tensor::zeros(shape, self.device)),
        };
        let normal = Normal::new(0.0, INITIAL_DEVIATION).expect("a positive deviation");
        let mut random = rng::stream(seed, name, &[]);
        let count = shape.iter().product();
        let values: Vec<f32> = normal.sample_iter(&mut random).take(count).collect();
        Param::from_data(TensorData::new(values, shape), self.device)
    }

    /// Scale, shift or bias `[channels]` with one value for all channels.
    pub fn vector(&self, value: f32, channels: usize) -> Param<Tensor<B, 1>> {
        Param::from_tensor(Tensor::full([channels], value, self.device))
    }
}
