//! A step of a searched module: a block on every branch, then fusion of the branches.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{Activation, KernelBackend, ops};
use scalenas_space::plan::StepPlan;

use super::block::BasicBlock;
use super::edge::FusionEdge;
use super::initializer::Initializer;
use super::norms::Norms;

/// Features of the branches, finest first, each `[batch, channels, height, width]`; `None` once
/// nothing needs them any more.
pub(crate) type Branches<B> = Vec<Option<Tensor<B, 4>>>;

/// One step of the supernet, or the part of it that a subnet keeps.
#[derive(Module, Debug)]
pub(crate) struct Step<B: Backend> {
    /// One entry per branch; absent where a subnet has no block.
    pub blocks: Vec<Option<BasicBlock<B>>>,
    /// One entry per target branch.
    pub fusions: Vec<Fusion<B>>,
}

/// Edges into one branch.
#[derive(Module, Debug)]
pub(crate) struct Fusion<B: Backend> {
    /// One entry per source branch; absent for the branch itself and where a subnet has no edge.
    pub edges: Vec<Option<FusionEdge<B>>>,
}

/// Layers of a step that exist.
#[derive(Clone, Copy)]
pub(crate) enum StepMembers<'a> {
    /// Every layer: the supernet.
    All,
    /// The layers of a plan; none behind its last step.
    Of(Option<&'a StepPlan>),
}

impl StepMembers<'_> {
    fn block(self, branch: usize) -> bool {
        match self {
            Self::All => true,
            Self::Of(plan) => plan.is_some_and(|plan| plan.blocks[branch]),
        }
    }

    fn edge(self, target: usize, source: usize) -> bool {
        match self {
            Self::All => true,
            Self::Of(plan) => plan.is_some_and(|plan| plan.sources[target].contains(&source)),
        }
    }
}

impl<B: Backend> Step<B> {
    /// Creates the members of step `index`, counted from 0, of the module `name` with branches of
    /// the given widths.
    pub fn new(
        initializer: &Initializer<'_, B>,
        widths: &[usize],
        index: usize,
        name: &str,
        members: StepMembers<'_>,
    ) -> Self {
        let branches = widths.len();
        let block = |branch: usize| {
            let name = format!("{name}.branches.{branch}.{index}");
            members.block(branch).then(|| BasicBlock::new(initializer, widths[branch], &name))
        };
        let edge = |target: usize, source: usize| {
            let name = format!("{name}.fuse_layers_{}.{target}.{source}", index + 1);
            (target != source && members.edge(target, source))
                .then(|| FusionEdge::new(initializer, widths, target, source, &name))
        };
        let fusion =
            |target| Fusion { edges: (0..branches).map(|source| edge(target, source)).collect() };
        Self {
            blocks: (0..branches).map(block).collect(),
            fusions: (0..branches).map(fusion).collect(),
        }
    }

    /// The part of the step that `members` names, sharing its parameters.
    pub fn restricted(&self, members: StepMembers<'_>) -> Self {
        let mut part = self.clone();
        for (branch, block) in part.blocks.iter_mut().enumerate() {
            block.take_if(|_| !members.block(branch));
        }
        for (target, fusion) in part.fusions.iter_mut().enumerate() {
            for (source, edge) in fusion.edges.iter_mut().enumerate() {
                edge.take_if(|_| !members.edge(target, source));
            }
        }
        part
    }
}

impl<B: KernelBackend> Step<B> {
    /// Runs the blocks and edges of `plan` on one feature map per branch.
    pub fn forward(
        &self,
        mut x: Branches<B>,
        plan: &StepPlan,
        norms: &mut Norms<'_, B>,
    ) -> Branches<B> {
        for (branch, features) in x.iter_mut().enumerate().filter(|(i, _)| plan.blocks[*i]) {
            let input = features.take().expect("the plan runs blocks on live branches only");
            let block = self.blocks[branch].as_ref().expect("the plan names own blocks only");
            *features = Some(block.forward(input, norms));
        }
        let targets = self.fusions.iter().enumerate();
        let fused = targets.map(|(target, fusion)| {
            plan.needed[target].then(|| fusion.forward(&x, target, &plan.sources[target], norms))
        });
        fused.collect()
    }
}

impl<B: KernelBackend> Fusion<B> {
    /// Features of branch `target` with those that `sources` send it.
    fn forward(
        &self,
        x: &Branches<B>,
        target: usize,
        sources: &[usize],
        norms: &mut Norms<'_, B>,
    ) -> Tensor<B, 4> {
        let live = |branch: usize| x[branch].clone().expect("the plan fuses live branches only");
        let edge =
            |source: usize| self.edges[source].as_ref().expect("the plan names own edges only");
        let own = live(target);
        if sources.iter().any(|&source| source > target) {
            let received = sources.iter().map(|&source| edge(source).forward(live(source), norms));
            return ops::fuse(own, received.collect(), Activation::Relu);
        }
        // Finer sources arrive at the target's size, so that their last unit adds. Features of a branch left a ReLU
        // already: without edges the step is the identity.
        let add = |sum, (index, &source): (usize, &usize)| {
            let is_last = index + 1 == sources.len();
            let activation = if is_last { Activation::Relu } else { Activation::Identity };
            edge(source).forward_onto(sum, live(source), activation, norms)
        };
        sources.iter().enumerate().fold(own, add)
    }
}
