//! Convolution followed by batch normalisation: the unit of which the whole network is made.

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use rand_distr::{Distribution, Normal};
use scalenas_kernels::precision::cast;
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, ops};
use scalenas_space::layers::ConvKind;
use scalenas_space::rng;

use crate::doubling::{KERNEL, doubling_kernel, interleave};
use crate::norm::Norms;
use crate::parameters::Parameter;

/// Standard deviation of initial convolution weights, as in the HRNet reference.
const INITIAL_DEVIATION: f32 = 0.001;

/// Where a network is created: device and seed of its initial weights.
pub(crate) struct Nursery<'a, B: Backend> {
    pub device: &'a B::Device,
    pub seed: u64,
}

impl<B: Backend> Nursery<'_, B> {
    /// Initial convolution weight, drawn by the layer's own name so that a subnet created alone
    /// starts with the same values as inside its supernet.
    pub fn kernel(&self, name: &str, shape: [usize; 4]) -> Param<Tensor<B, 4>> {
        let normal = Normal::new(0.0, INITIAL_DEVIATION).expect("a positive deviation");
        let mut random = rng::stream(self.seed, name, &[]);
        let count = shape.iter().product();
        let values: Vec<f32> = normal.sample_iter(&mut random).take(count).collect();
        Param::from_data(TensorData::new(values, shape), self.device)
    }

    pub fn vector(&self, value: f32, channels: usize) -> Param<Tensor<B, 1>> {
        Param::from_tensor(Tensor::full([channels], value, self.device))
    }
}

/// What a unit computes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnitShape {
    pub input: usize,
    pub output: usize,
    /// 1 or 3; the padding keeps the size at stride 1.
    pub kernel: usize,
    pub stride: usize,
}

/// Convolution, batch normalisation, optional residual and activation.
#[derive(Module, Debug)]
pub(crate) struct ConvNorm<B: Backend> {
    /// `[out, in, kernel, kernel]`; of a transposed convolution `[in, out, 4, 4]`.
    pub weight: Param<Tensor<B, 4>>,
    /// Present where the reference has one in front of its normalisation (segmentation head).
    pub bias: Option<Param<Tensor<B, 1>>>,
    pub scale: Param<Tensor<B, 1>>,
    pub shift: Param<Tensor<B, 1>>,
    #[module(skip)]
    pub geometry: ConvGeometry,
    #[module(skip)]
    pub kind: ConvKind,
    #[module(skip)]
    pub conv_name: String,
    #[module(skip)]
    pub norm_name: String,
}

impl<B: Backend> ConvNorm<B> {
    /// Creates a unit with the checkpoint names of its convolution and its normalisation.
    pub fn new(
        nursery: &Nursery<'_, B>,
        shape: UnitShape,
        conv_name: String,
        norm_name: String,
    ) -> Self {
        let UnitShape { input, output, kernel, stride } = shape;
        Self {
            weight: nursery.kernel(&conv_name, [output, input, kernel, kernel]),
            bias: None,
            scale: nursery.vector(1.0, output),
            shift: nursery.vector(0.0, output),
            geometry: ConvGeometry { stride, padding: kernel / 2 },
            kind: ConvKind::Plain,
            conv_name,
            norm_name,
        }
    }

    /// A transposed 4x4 convolution of stride 2, which doubles height and width.
    pub fn doubling(
        nursery: &Nursery<'_, B>,
        [input, output]: [usize; 2],
        conv_name: String,
        norm_name: String,
    ) -> Self {
        let shape = UnitShape { input, output, kernel: 3, stride: 1 };
        let weight = nursery.kernel(&conv_name, [input, output, KERNEL, KERNEL]);
        let plain = Self::new(nursery, shape, conv_name, norm_name);
        Self { weight, kind: ConvKind::Transposed, ..plain }
    }

    /// The same with a bias in front of the normalisation.
    pub fn with_bias(mut self, nursery: &Nursery<'_, B>) -> Self {
        self.bias = Some(nursery.vector(0.0, self.channels()));
        self
    }

    pub fn channels(&self) -> usize {
        self.scale.val().dims()[0]
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        visit(&format!("{}.weight", self.conv_name), Parameter::Kernel(&mut self.weight));
        if let Some(bias) = &mut self.bias {
            visit(&format!("{}.bias", self.conv_name), Parameter::Vector(bias));
        }
        visit(&format!("{}.weight", self.norm_name), Parameter::Vector(&mut self.scale));
        visit(&format!("{}.bias", self.norm_name), Parameter::Vector(&mut self.shift));
    }
}

impl<B: KernelBackend> ConvNorm<B> {
    /// `activation(norm(conv(x)))`, `[batch, in, height, width]` to
    /// `[batch, out, height / stride, width / stride]`.
    pub fn forward(
        &self,
        x: Tensor<B, 4>,
        activation: Activation,
        norms: &mut Norms<'_, B>,
    ) -> Tensor<B, 4> {
        norms.run(self, x, None, activation)
    }

    /// `relu(norm(conv(x)) + residual)`.
    pub fn forward_residual(
        &self,
        x: Tensor<B, 4>,
        residual: Tensor<B, 4>,
        norms: &mut Norms<'_, B>,
    ) -> Tensor<B, 4> {
        norms.run(self, x, Some(residual), Activation::Relu)
    }

    /// The convolution alone.
    pub fn convolve(&self, x: Tensor<B, 4>) -> Tensor<B, 4> {
        let y = match self.kind {
            ConvKind::Plain => ops::conv(x, self.weight.val(), self.geometry),
            ConvKind::Transposed => {
                interleave(ops::conv(x, doubling_kernel(self.weight.val()), self.geometry))
            }
        };
        match &self.bias {
            Some(bias) => {
                let bias = cast(bias.val(), y.dtype());
                y + bias.reshape([1, -1, 1, 1])
            }
            None => y,
        }
    }
}
