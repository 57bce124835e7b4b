//! Execution plan: the layers that run, which both the exact cost and the network's forward pass
//! follow.

use crate::architecture::{Architecture, ModuleArch, all_sources};
use crate::spec::{Head, MAX_STEPS, SpaceSpec};

/// Part of an architecture that a plan covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All layers that the reference implementation executes.
    Executed,
    /// Layers that influence an output; outputs equal those of all executed layers.
    Live,
}

/// Blocks and fusion edges that a step of a module runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepPlan {
    /// Per branch: whether its block runs.
    pub blocks: Vec<bool>,
    /// Per target branch: the sources that fuse into it, ascending, without itself.
    pub sources: Vec<Vec<usize>>,
    /// Per branch: whether its value after this step is used.
    pub needed: Vec<bool>,
}

/// Steps that a module runs, and the inputs that they use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModulePlan {
    /// Per branch: whether its value at the entry is used.
    pub inputs: Vec<bool>,
    /// Steps in order.
    pub steps: Vec<StepPlan>,
}

/// Layers that a network runs between its stem and its heads, which always run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Searched modules in order.
    pub modules: Vec<ModulePlan>,
    /// Heads that run.
    pub heads: Vec<Head>,
}

impl Plan {
    /// The plan of a valid architecture.
    pub fn new(spec: &SpaceSpec, architecture: &Architecture, reach: Reach) -> Self {
        let usage = Usage::new(spec, architecture, reach);
        let modules = architecture.modules.iter().enumerate();
        let modules = modules.map(|(index, module)| usage.plan(index, module)).collect();
        Self { modules, heads: spec.heads.clone() }
    }
}

/// Bit masks of used values: the allocation-light form behind [`Plan`], costs and canonical forms.
#[derive(Debug, Clone)]
pub(crate) struct Usage {
    modules: Vec<ModuleUsage>,
}

/// Masks of branches of one module.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ModuleUsage {
    /// Values used at the entry.
    pub inputs: u8,
    /// Per step: values used after the blocks, before the fusion.
    pub inside: [u8; MAX_STEPS],
    /// Per step: values used after the fusion.
    pub after: [u8; MAX_STEPS],
}

impl Usage {
    /// Walks from the outputs back to the stem.
    pub fn new(spec: &SpaceSpec, architecture: &Architecture, reach: Reach) -> Self {
        let mut modules = vec![ModuleUsage::default(); architecture.modules.len()];
        let all_leave = spec.heads.iter().any(|head| head.takes_all_branches());
        let mut needed = if reach == Reach::Live && !all_leave { 1 } else { u8::MAX };
        for (index, module) in architecture.modules.iter().enumerate().rev() {
            modules[index] = ModuleUsage::new(module, needed, reach);
            needed = modules[index].inputs;
            let previous = index.checked_sub(1).map(|i| architecture.modules[i].branches());
            if let Some(previous) = previous.filter(|&count| count < module.branches()) {
                // A used new branch needs the last old one, from which it grows.
                if needed >> previous != 0 {
                    needed |= 1 << (previous - 1);
                }
                needed &= all_sources(previous);
            }
        }
        Self { modules }
    }

    pub fn module(&self, index: usize) -> &ModuleUsage {
        &self.modules[index]
    }

    fn plan(&self, index: usize, module: &ModuleArch) -> ModulePlan {
        let usage = &self.modules[index];
        let branches = module.branches();
        let flags = |mask: u8| (0..branches).map(|branch| mask >> branch & 1 == 1).collect();
        let sources = |step: usize, target: usize| {
            let mask = usage.edges(module, step, target);
            (0..branches).filter(|source| mask >> source & 1 == 1).collect()
        };
        let step = |step: usize| StepPlan {
            blocks: flags(usage.blocks(module, step)),
            sources: (0..branches).map(|target| sources(step, target)).collect(),
            needed: flags(usage.after[step]),
        };
        ModulePlan { inputs: flags(usage.inputs), steps: (0..module.steps()).map(step).collect() }
    }
}

impl ModuleUsage {
    fn new(module: &ModuleArch, outputs: u8, reach: Reach) -> Self {
        let every = all_sources(module.branches());
        let mut usage = Self::default();
        let mut needed = if reach == Reach::Live { outputs & every } else { every };
        for step in (0..module.steps()).rev() {
            usage.after[step] = needed;
            let targets = (0..module.branches()).filter(|&t| usage.after[step] >> t & 1 == 1);
            needed = targets.fold(needed, |mask, target| mask | module.sources(target, step));
            usage.inside[step] = needed;
        }
        usage.inputs = needed;
        usage
    }

    /// Branches that run their block in a step.
    pub fn blocks(&self, module: &ModuleArch, step: usize) -> u8 {
        let running = (0..module.branches()).filter(|&branch| step < module.depth(branch));
        self.inside[step] & running.fold(0, |mask, branch| mask | 1 << branch)
    }

    /// Sources of the edges into `target` that run after a step.
    pub fn edges(&self, module: &ModuleArch, step: usize, target: usize) -> u8 {
        if self.after[step] >> target & 1 == 0 {
            return 0;
        }
        module.sources(target, step) & !(1 << target)
    }
}
