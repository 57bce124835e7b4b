//! Norm of all gradients of a step together, and its limit.

use std::collections::HashMap;

use burn::module::{AutodiffModule, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::ops::FloatTensor;
use scalenas_kernels::KernelBackend;
use scalenas_kernels::primitive::{lift, lower};

/// Added to the norm, as PyTorch's `clip_grad_norm_` does.
const EPSILON: f64 = 1e-6;

/// Root of the sum of the squares of all gradients, `[1]`; `None` without gradients.
pub fn norm<M, B>(module: &M, gradients: &GradientsParams) -> Option<Tensor<B::InnerBackend, 1>>
where
    M: AutodiffModule<B>,
    B: AutodiffBackend,
    B::InnerBackend: KernelBackend,
{
    let mut seen = Seen::<B> { gradients, tensors: Vec::new() };
    module.visit(&mut seen);
    let tensors = seen.tensors;
    (!tensors.is_empty()).then(|| lift(B::InnerBackend::square_sum(tensors)).sqrt())
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
    B::InnerBackend: KernelBackend,
{
    let norm = norm::<M, B>(module, gradients)?;
    let factor = (norm.clone() + EPSILON).recip().mul_scalar(limit).clamp_max(1.0);
    let mut taken = Taken::<B> { gradients, ids: Vec::new(), tensors: Vec::new() };
    module.visit(&mut taken);
    let Taken { ids, tensors, .. } = taken;
    let scaled = B::InnerBackend::scale_all(tensors, lower(factor));
    let scaled = ids.into_iter().zip(scaled).collect();
    module.visit(&mut Given::<B> { gradients, scaled });
    Some(norm)
}

/// Gradients that are looked at.
struct Seen<'a, B: AutodiffBackend> {
    gradients: &'a GradientsParams,
    tensors: Vec<FloatTensor<B::InnerBackend>>,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Seen<'_, B> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let gradient = self.gradients.get::<B::InnerBackend, D>(param.id);
        self.tensors.extend(gradient.map(lower));
    }
}

/// Gradients that are taken out, so that no other handle holds their memory.
struct Taken<'a, B: AutodiffBackend> {
    gradients: &'a mut GradientsParams,
    ids: Vec<ParamId>,
    tensors: Vec<FloatTensor<B::InnerBackend>>,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Taken<'_, B> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let Some(gradient) = self.gradients.remove::<B::InnerBackend, D>(param.id) else { return };
        self.ids.push(param.id);
        self.tensors.push(lower(gradient));
    }
}

/// Gradients that are put back.
struct Given<'a, B: AutodiffBackend> {
    gradients: &'a mut GradientsParams,
    scaled: HashMap<ParamId, FloatTensor<B::InnerBackend>>,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Given<'_, B> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let Some(gradient) = self.scaled.remove(&param.id) else { return };
        self.gradients.register::<B::InnerBackend, D>(param.id, lift(gradient));
    }
}
