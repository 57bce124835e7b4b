//! A step of Adam on all parameters of a module at once.
//!
//! The framework's adaptor hands over one parameter at a time, which costs a GPU over a thousand
//! launches per step. Records are those of the adaptor.

use std::collections::HashMap;
use std::marker::PhantomData;

use burn::module::{AutodiffModule, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::adaptor::{GradAdaptor, OptimizerAdaptor};
use burn::optim::record::AdaptorRecord;
use burn::optim::{GradientsParams, LearningRate, MultiGradientsParams, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::ops::FloatTensor;
use scalenas_kernels::primitive::{lift, lower};
use scalenas_kernels::{AdamParameter, AdamValues, KernelBackend};

use super::adam::{Adam, AdamState};

/// Some module: records of the adaptor do not depend on it.
type AnyModule<B> = Param<Tensor<B, 1>>;

/// Means of every parameter that has had a gradient.
type Records<B> = <OptimizerAdaptor<Adam, AnyModule<B>, B> as Optimizer<AnyModule<B>, B>>::Record;

/// Means before the first gradient of their parameter: of gradients, and of their squares.
type Reserved<B> = HashMap<ParamId, [FloatTensor<<B as AutodiffBackend>::InnerBackend>; 2]>;

/// Adam over the parameters of a module that have a gradient.
#[derive(Clone)]
pub struct AdamOptimizer<M, B>
where
    M: AutodiffModule<B>,
    B: AutodiffBackend,
    B::InnerBackend: KernelBackend,
{
    rule: Adam,
    records: Records<B>,
    /// Made at the first step, so that memory does not grow with every layer that is sampled first.
    reserved: Option<Reserved<B>>,
    module: PhantomData<M>,
}

impl<M, B> From<Adam> for AdamOptimizer<M, B>
where
    M: AutodiffModule<B>,
    B: AutodiffBackend,
    B::InnerBackend: KernelBackend,
{
    fn from(rule: Adam) -> Self {
        Self { rule, records: Records::<B>::default(), reserved: None, module: PhantomData }
    }
}

impl<M, B> Optimizer<M, B> for AdamOptimizer<M, B>
where
    M: AutodiffModule<B>,
    B: AutodiffBackend,
    B::InnerBackend: KernelBackend,
{
    type Record = Records<B>;

    fn step(&mut self, rate: LearningRate, module: M, gradients: GradientsParams) -> M {
        self.step_all(rate, module, gradients.into())
    }

    fn step_multi(&mut self, rate: LearningRate, module: M, gradients: MultiGradientsParams) -> M {
        self.step_all(rate, module, gradients.into())
    }

    fn to_record(&self) -> Self::Record {
        self.records.clone()
    }

    fn load_record(self, records: Self::Record) -> Self {
        Self { records, ..self }
    }
}

impl<M, B> AdamOptimizer<M, B>
where
    M: AutodiffModule<B>,
    B: AutodiffBackend,
    B::InnerBackend: KernelBackend,
{
    fn step_all(&mut self, rate: LearningRate, module: M, gradients: GradAdaptor) -> M {
        let (rule, records) = (&self.rule, &mut self.records);
        let reserved = self.reserved.get_or_insert_with(|| reserve(&module, records));
        let (parameters, ids) = (Vec::new(), Vec::new());
        let mut taken = Taken { rule, rate, records, reserved, gradients, parameters, ids };
        let module = module.map(&mut taken);
        let Taken { parameters, ids, .. } = taken;
        let times: Vec<usize> = parameters.iter().map(|parameter| parameter.step.time).collect();
        let values = B::InnerBackend::adam_all(parameters);
        let stepped = ids.into_iter().zip(times.into_iter().zip(values)).collect();
        module.map(&mut Given { records: &mut self.records, stepped })
    }
}

/// Takes parameters with a gradient out of a module, so that no other handle holds their memory.
struct Taken<'a, B: AutodiffBackend>
where
    B::InnerBackend: KernelBackend,
{
    rule: &'a Adam,
    rate: LearningRate,
    records: &'a mut Records<B>,
    reserved: &'a mut Reserved<B>,
    gradients: GradAdaptor,
    parameters: Vec<AdamParameter<B::InnerBackend>>,
    ids: Vec<ParamId>,
}

impl<B: AutodiffBackend> ModuleMapper<B> for Taken<'_, B>
where
    B::InnerBackend: KernelBackend,
{
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let (id, tensor, mapper) = param.consume();
        let Some((gradient, device)) = self.gradients.remove(id) else {
            return Param::from_mapped_value(id, tensor, mapper);
        };
        let place = Tensor::empty([1; D], &device).set_require_grad(tensor.is_require_grad());
        let weight = tensor.to_device(&device).inner();
        let state = self.records.remove(&id).map(AdaptorRecord::into_state::<D>);
        let state = state.or_else(|| self.reserved.remove(&id).map(first_state::<B, D>));
        self.parameters.push(self.rule.parameter(self.rate, weight, gradient, state));
        self.ids.push(id);
        Param::from_mapped_value(id, place, mapper)
    }
}

/// State of Adam before the first step.
fn first_state<B: AutodiffBackend, const D: usize>(
    [mean, square]: [FloatTensor<B::InnerBackend>; 2],
) -> AdamState<B::InnerBackend, D> {
    AdamState { time: 0, mean: lift(mean), square: lift(square) }
}

/// Zeros for the parameters of a module that have no means yet.
fn reserve<M, B>(module: &M, records: &Records<B>) -> Reserved<B>
where
    M: AutodiffModule<B>,
    B: AutodiffBackend,
    B::InnerBackend: KernelBackend,
{
    let mut lacking = Lacking { records, reserved: HashMap::new() };
    module.visit(&mut lacking);
    lacking.reserved
}

struct Lacking<'a, B: AutodiffBackend>
where
    B::InnerBackend: KernelBackend,
{
    records: &'a Records<B>,
    reserved: Reserved<B>,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Lacking<'_, B>
where
    B::InnerBackend: KernelBackend,
{
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        if self.records.contains_key(&param.id) || !param.val().is_require_grad() {
            return;
        }
        let zeros = || Tensor::<B::InnerBackend, D>::zeros(param.dims(), &param.device());
        self.reserved.insert(param.id, [0, 1].map(|_| lower(zeros())));
    }
}

/// Values of a parameter after its step, and the number of that step.
type Stepped<B> = (usize, AdamValues<B>);

/// Gives stepped parameters back to their module and keeps their means.
struct Given<'a, B: AutodiffBackend>
where
    B::InnerBackend: KernelBackend,
{
    records: &'a mut Records<B>,
    stepped: HashMap<ParamId, Stepped<B::InnerBackend>>,
}

impl<B: AutodiffBackend> ModuleMapper<B> for Given<'_, B>
where
    B::InnerBackend: KernelBackend,
{
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let (id, place, mapper) = param.consume();
        let Some((time, AdamValues { weight, mean, square })) = self.stepped.remove(&id) else {
            return Param::from_mapped_value(id, place, mapper);
        };
        let state = AdamState::<_, D> { time, mean: lift(mean), square: lift(square) };
        self.records.insert(id, AdaptorRecord::from_state(state));
        let weight = Tensor::from_inner(lift(weight));
        Param::from_mapped_value(id, weight.set_require_grad(place.is_require_grad()), mapper)
    }
}
