//! One operation on one device.

use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, Int, Tensor, TensorData};
use scalenas_base::Size;
use scalenas_kernels::precision::full;
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, ops, reference};
use scalenas_train::Precision;

use super::case::Case;
use super::inputs::Inputs;

/// Addend of variances in normalisation, as in the model.
const EPSILON: f64 = 1e-5;

/// Implementation of an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Kernels of the backend.
    Kernels,
    /// Composed operations of the framework.
    Composed,
}

/// Sum of a feature map and of coarser ones.
type Sum<A> = fn(Tensor<A, 4>, Vec<Tensor<A, 4>>, Activation) -> Tensor<A, 4>;

/// Results of an operation, as float32.
#[derive(Default)]
pub struct Outputs {
    pub result: Vec<TensorData>,
    pub features: Vec<TensorData>,
    pub weights: Vec<TensorData>,
}

/// Inputs, format, implementation and device of an operation.
pub struct Run<'a, A: Backend> {
    pub inputs: &'a Inputs,
    pub precision: Precision,
    pub origin: Origin,
    pub device: &'a A::Device,
}

impl<A: AutodiffBackend + KernelBackend> Run<'_, A> {
    /// Results and gradients of an operation.
    pub fn outputs(&self, case: &Case) -> Outputs {
        match *case {
            Case::Conv { kernel, stride, .. } => {
                self.conv(ConvGeometry { stride, padding: kernel / 2 })
            }
            Case::Norm { .. } => self.norm(Activation::Relu),
            Case::Fuse { .. } => self.fuse(Activation::Relu),
            Case::Blend { .. } => self.blend(Activation::Relu),
            Case::Likelihood { classes, size, .. } => self.likelihood(classes, size),
        }
    }

    fn conv(&self, geometry: ConvGeometry) -> Outputs {
        let (x, weight) =
            (self.leaves::<4>(&self.inputs.features), self.leaves(&self.inputs.weights));
        let conv = match self.origin {
            Origin::Kernels => ops::conv,
            Origin::Composed => reference::conv,
        };
        let y = conv(self.feature(&x[0]), weight[0].clone(), geometry);
        self.finish(y, Vec::new(), &x, &weight)
    }

    /// Normalisation with the statistics of the batch, and a residual.
    pub fn norm(&self, activation: Activation) -> Outputs {
        let (x, weights) =
            (self.leaves::<4>(&self.inputs.features), self.leaves(&self.inputs.weights));
        let norm = match self.origin {
            Origin::Kernels => ops::norm_batch,
            Origin::Composed => reference::norm_batch,
        };
        let (scale, shift): (Tensor<A, 1>, _) = (weights[0].clone(), weights[1].clone());
        let residual = Some(self.feature(&x[1]));
        let (y, mean, variance) =
            norm(self.feature(&x[0]), scale, shift, EPSILON, residual, activation);
        self.finish(y, vec![data(mean.inner()), data(variance.inner())], &x, &weights)
    }

    /// Sum with a coarser feature map.
    pub fn fuse(&self, activation: Activation) -> Outputs {
        self.sum([ops::fuse, reference::fuse], activation)
    }

    /// Sum with an interpolated coarser feature map.
    pub fn blend(&self, activation: Activation) -> Outputs {
        self.sum([ops::blend, reference::pixels::blend], activation)
    }

    /// Sum of two feature maps by kernels or composed operations.
    fn sum(&self, [kernels, composed]: [Sum<A>; 2], activation: Activation) -> Outputs {
        let x = self.leaves::<4>(&self.inputs.features);
        let sum = match self.origin {
            Origin::Kernels => kernels,
            Origin::Composed => composed,
        };
        let y = sum(self.feature(&x[0]), vec![self.feature(&x[1])], activation);
        self.finish::<1>(y, Vec::new(), &x, &[])
    }

    /// Log-likelihood of labels, one in so many of no class.
    fn likelihood(&self, classes: usize, Size { height, width }: Size) -> Outputs {
        let x = self.leaves::<4>(&self.inputs.features);
        let batch = x[0].dims()[0];
        let labels = (0..batch * height * width).map(|pixel| (pixel % (classes + 1)) as i32);
        let labels = TensorData::new(labels.collect(), [batch, height, width]);
        let labels = Tensor::<A, 3, Int>::from_data(labels, self.device);
        let y = match self.origin {
            Origin::Kernels => ops::log_likelihood(x[0].clone(), labels),
            Origin::Composed => {
                let [values, _] = reference::pixels::log_likelihood(x[0].clone(), labels);
                values
            }
        };
        self.finish::<1>(y.unsqueeze_dim(1), Vec::new(), &x, &[])
    }

    fn leaves<const D: usize>(&self, values: &[TensorData]) -> Vec<Tensor<A, D>> {
        let leaf = |data: &TensorData| Tensor::from_data(data.clone(), self.device).require_grad();
        values.iter().map(leaf).collect()
    }

    fn feature(&self, leaf: &Tensor<A, 4>) -> Tensor<A, 4> {
        self.precision.convert(leaf.clone())
    }

    fn finish<const D: usize>(
        &self,
        y: Tensor<A, 4>,
        mut result: Vec<TensorData>,
        features: &[Tensor<A, 4>],
        weights: &[Tensor<A, D>],
    ) -> Outputs {
        let y = full(y);
        let gradient = Tensor::<A, 4>::from_data(self.inputs.gradient.clone(), self.device);
        let gradients = (y.clone() * gradient).sum().backward();
        result.push(data(y.inner()));
        let (features, weights) = (all(features, &gradients), all(weights, &gradients));
        Outputs { result, features, weights }
    }
}

fn all<A: AutodiffBackend, const D: usize>(
    leaves: &[Tensor<A, D>],
    gradients: &A::Gradients,
) -> Vec<TensorData> {
    leaves.iter().filter_map(|leaf| leaf.grad(gradients)).map(data).collect()
}

fn data<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> TensorData {
    tensor.into_data().convert_dtype(DType::F32)
}
