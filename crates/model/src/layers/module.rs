//! A searched module: steps of blocks and fusion on several branches.

use burn::module::Module;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_space::plan::ModulePlan;

use super::initializer::Initializer;
use super::norms::Norms;
use super::step::{Branches, Step, StepMembers};
use super::unit::ConvNorm;
use crate::files::parameters::Parameter;

/// One module of the supernet, or the part of it that a subnet keeps.
#[derive(Module, Debug)]
pub(crate) struct MultiScaleModule<B: Backend> {
    steps: Vec<Step<B>>,
}

impl<B: Backend> MultiScaleModule<B> {
    /// Creates a module whose branches have the given widths: all of its layers, or those that
    /// `plan` runs.
    pub fn new(
        initializer: &Initializer<'_, B>,
        widths: &[usize],
        steps: usize,
        name: &str,
        plan: Option<&ModulePlan>,
    ) -> Self {
        let step = |index| {
            let members = plan.map_or(StepMembers::All, |plan| members(plan, index));
            Step::new(initializer, widths, index, name, members)
        };
        Self { steps: (0..steps).map(step).collect() }
    }

    /// The part of the module that `plan` runs, sharing its parameters.
    pub fn restricted(&self, plan: &ModulePlan) -> Self {
        let steps = self.steps.iter().enumerate();
        Self { steps: steps.map(|(k, step)| step.restricted(members(plan, k))).collect() }
    }

    /// Visits the blocks branch by branch, then the edges step by step.
    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        for branch in 0..self.branches() {
            let blocks = self.steps.iter_mut().filter_map(|step| step.blocks[branch].as_mut());
            blocks.for_each(|block| block.for_each(visit));
        }
        let fusions = self.steps.iter_mut().flat_map(|step| &mut step.fusions);
        let edges = fusions.flat_map(|fusion| fusion.edges.iter_mut().flatten());
        edges.for_each(|edge| edge.for_each(visit));
    }

    /// Lists the units in the order of [`Self::for_each`].
    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        for branch in 0..self.branches() {
            let blocks = self.steps.iter().filter_map(|step| step.blocks[branch].as_ref());
            blocks.for_each(|block| block.units(out));
        }
        let fusions = self.steps.iter().flat_map(|step| &step.fusions);
        let edges = fusions.flat_map(|fusion| fusion.edges.iter().flatten());
        edges.for_each(|edge| edge.units(out));
    }

    fn branches(&self) -> usize {
        self.steps.first().map_or(0, |step| step.blocks.len())
    }
}

impl<B: KernelBackend> MultiScaleModule<B> {
    /// Runs the steps of `plan` on one feature map per branch, each
    /// `[batch, width of the branch, height, width]` at the branch's stride.
    pub fn forward(
        &self,
        x: Branches<B>,
        plan: &ModulePlan,
        norms: &mut Norms<'_, B>,
    ) -> Branches<B> {
        let steps = self.steps.iter().zip(&plan.steps);
        steps.fold(x, |x, (step, plan)| step.forward(x, plan, norms))
    }
}

fn members(plan: &ModulePlan, step: usize) -> StepMembers<'_> {
    StepMembers::Of(plan.steps.get(step))
}
