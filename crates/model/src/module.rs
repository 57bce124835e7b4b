//! A searched module: blocks on every branch, fusion after every step.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{Activation, KernelBackend, ops};
use scalenas_space::plan::{ModulePlan, StepPlan};

use crate::block::BasicBlock;
use crate::edge::FusionEdge;
use crate::norm::Norms;
use crate::parameters::Parameter;
use crate::unit::{ConvNorm, Nursery};

/// Features of the branches, finest first; `None` once nothing needs them any more.
pub(crate) type Branches<B> = Vec<Option<Tensor<B, 4>>>;

/// One module of the supernet, or the part of it that a subnet keeps.
#[derive(Module, Debug)]
pub(crate) struct MultiScaleModule<B: Backend> {
    /// `[branch][step]`.
    blocks: Vec<Vec<Option<BasicBlock<B>>>>,
    /// `[step][target][source]`.
    edges: Vec<Vec<Vec<Option<FusionEdge<B>>>>>,
}

/// Which layers of a module exist.
pub(crate) trait Members {
    /// Whether `branch` has a block in `step`.
    fn block(&self, branch: usize, step: usize) -> bool;
    /// Whether `target` receives from `source` after `step`.
    fn edge(&self, step: usize, target: usize, source: usize) -> bool;
}

/// Every layer: the supernet.
pub(crate) struct AllMembers;

impl Members for AllMembers {
    fn block(&self, _: usize, _: usize) -> bool {
        true
    }

    fn edge(&self, _: usize, _: usize, _: usize) -> bool {
        true
    }
}

impl Members for ModulePlan {
    fn block(&self, branch: usize, step: usize) -> bool {
        self.steps.get(step).is_some_and(|plan| plan.blocks[branch])
    }

    fn edge(&self, step: usize, target: usize, source: usize) -> bool {
        self.steps.get(step).is_some_and(|plan| plan.sources[target].contains(&source))
    }
}

impl<B: Backend> MultiScaleModule<B> {
    /// Creates the members of a module whose branches have the given widths.
    pub fn new(
        nursery: &Nursery<'_, B>,
        widths: &[usize],
        steps: usize,
        name: &str,
        members: &dyn Members,
    ) -> Self {
        let branches = widths.len();
        let block = |branch: usize, step: usize| {
            let name = format!("{name}.branches.{branch}.{step}");
            members.block(branch, step).then(|| BasicBlock::new(nursery, widths[branch], &name))
        };
        let edge = |step: usize, target: usize, source: usize| {
            let name = format!("{name}.fuse_layers_{}.{target}.{source}", step + 1);
            (target != source && members.edge(step, target, source))
                .then(|| FusionEdge::new(nursery, widths, target, source, &name))
        };
        let row = |step, target| (0..branches).map(|source| edge(step, target, source)).collect();
        Self {
            blocks: (0..branches)
                .map(|branch| (0..steps).map(|step| block(branch, step)).collect())
                .collect(),
            edges: (0..steps)
                .map(|step| (0..branches).map(|target| row(step, target)).collect())
                .collect(),
        }
    }

    /// The part of the module that `members` names, sharing its parameters.
    pub fn restricted(&self, members: &dyn Members) -> Self {
        let mut part = self.clone();
        for (branch, blocks) in part.blocks.iter_mut().enumerate() {
            for (step, block) in blocks.iter_mut().enumerate() {
                block.take_if(|_| !members.block(branch, step));
            }
        }
        for (step, targets) in part.edges.iter_mut().enumerate() {
            for (target, sources) in targets.iter_mut().enumerate() {
                for (source, edge) in sources.iter_mut().enumerate() {
                    edge.take_if(|_| !members.edge(step, target, source));
                }
            }
        }
        part
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.blocks.iter_mut().flatten().flatten().for_each(|block| block.for_each(visit));
        self.edges.iter_mut().flatten().flatten().flatten().for_each(|edge| edge.for_each(visit));
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        self.blocks.iter().flatten().flatten().for_each(|block| block.units(out));
        self.edges.iter().flatten().flatten().flatten().for_each(|edge| edge.units(out));
    }
}

impl<B: KernelBackend> MultiScaleModule<B> {
    /// Runs the steps of `plan` on one feature map per branch, each
    /// `[batch, width of the branch, height, width]` at the branch's stride.
    pub fn forward(
        &self,
        mut x: Branches<B>,
        plan: &ModulePlan,
        norms: &mut Norms<'_, B>,
    ) -> Branches<B> {
        for (step, plan) in plan.steps.iter().enumerate() {
            self.run_blocks(&mut x, step, plan, norms);
            x = self.fuse(x, step, plan, norms);
        }
        x
    }

    fn run_blocks(
        &self,
        x: &mut Branches<B>,
        step: usize,
        plan: &StepPlan,
        norms: &mut Norms<'_, B>,
    ) {
        for (branch, features) in x.iter_mut().enumerate().filter(|(i, _)| plan.blocks[*i]) {
            let input = features.take().expect("the plan runs blocks on live branches only");
            let block = self.blocks[branch][step].as_ref().expect("the plan names own blocks only");
            *features = Some(block.forward(input, norms));
        }
    }

    fn fuse(
        &self,
        x: Branches<B>,
        step: usize,
        plan: &StepPlan,
        norms: &mut Norms<'_, B>,
    ) -> Branches<B> {
        let live = |branch: usize| x[branch].clone().expect("the plan fuses live branches only");
        let received = |target: usize, norms: &mut Norms<'_, B>| {
            let edges = plan.sources[target].iter().map(|&source| {
                let edge = self.edges[step][target][source].as_ref();
                edge.expect("the plan names own edges only").forward(live(source), norms)
            });
            edges.collect::<Vec<_>>()
        };
        let fused = (0..x.len()).map(|target| {
            if !plan.needed[target] {
                return None;
            }
            let edges = received(target, norms);
            // Features of a branch left a ReLU already: without edges the step is the identity.
            let own = live(target);
            Some(if edges.is_empty() { own } else { ops::fuse(own, edges, Activation::Relu) })
        });
        fused.collect()
    }
}
