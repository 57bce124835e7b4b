//! Norm of all gradients of a step together, and its limit.

use std::marker::PhantomData;

use burn::module::{AutodiffModule, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;

/// Added to the norm, as PyTorch's `clip_grad_norm_` does.
const EPSILON: f64 = 1e-6;

/// Root of the sum of the squares of all gradients, `[1]`; `None` without gradients.
pub fn norm<M, B>(module: &M, gradients: &GradientsParams) -> Option<Tensor<B::InnerBackend, 1>>
where
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    let mut squares = Squares::<B> { gradients, sum: None };
    module.visit(&mut squares);
    squares.sum.map(Tensor::sqrt)
}

/// Scales all gradients down so that their norm is at most `limit`; gives the norm before that.
pub fn clip<M, B>(
    module: &M,
    gradients: &mut GradientsParams,
    limit: f64,
) -> Option<Tensor<B::InnerBackend, 1>>
where
    M: AutodiffModule<B>,
    B: AutodiffBackend,
{
    let norm = norm::<M, B>(module, gradients)?;
    let factor = (norm.clone() + EPSILON).recip().mul_scalar(limit).clamp_max(1.0);
    module.visit(&mut Scaled::<B> { gradients, factor, backend: PhantomData });
    Some(norm)
}

struct Squares<'a, B: AutodiffBackend> {
    gradients: &'a GradientsParams,
    sum: Option<Tensor<B::InnerBackend, 1>>,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Squares<'_, B> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let Some(gradient) = self.gradients.get::<B::InnerBackend, D>(param.id) else { return };
        let square = gradient.clone().mul(gradient).sum();
        self.sum = Some(match self.sum.take() {
            Some(sum) => sum + square,
            None => square,
        });
    }
}

struct Scaled<'a, B: AutodiffBackend> {
    gradients: &'a mut GradientsParams,
    factor: Tensor<B::InnerBackend, 1>,
    backend: PhantomData<B>,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Scaled<'_, B> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let Some(gradient) = self.gradients.remove::<B::InnerBackend, D>(param.id) else { return };
        let factor = self.factor.clone().reshape([1; D]);
        self.gradients.register::<B::InnerBackend, D>(param.id, gradient * factor);
    }
}
