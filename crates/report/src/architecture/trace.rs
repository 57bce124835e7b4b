//! Blocks and fusion edges of an architecture, each live or dead.

use scalenas_space::plan::{ModulePlan, Plan, Reach, StepPlan};
use scalenas_space::{Architecture, SpaceSpec};

/// Whether an output depends on a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Live,
    Dead,
}

/// All modules of a network.
pub(super) struct Trace {
    pub(super) modules: Vec<ModuleTrace>,
}

/// One module, with as many steps as the space allows.
pub(super) struct ModuleTrace {
    /// Whether an output depends on the value that enters each branch.
    pub(super) entry: Vec<Life>,
    pub(super) steps: Vec<StepTrace>,
}

/// One step, by branch.
pub(super) struct StepTrace {
    /// `None` where the branch has finished and passes its value through.
    pub(super) blocks: Vec<Option<Life>>,
    pub(super) edges: Vec<Edge>,
    /// Whether an output depends on the value of each branch after this step.
    pub(super) exit: Vec<Life>,
}

/// A fusion edge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) source: usize,
    pub(super) target: usize,
    pub(super) life: Life,
}

impl Life {
    fn new(live: Option<bool>) -> Self {
        if live.unwrap_or(false) { Self::Live } else { Self::Dead }
    }
}

impl Trace {
    pub(super) fn new(spec: &SpaceSpec, architecture: &Architecture) -> Self {
        let executed = Plan::new(spec, architecture, Reach::Executed);
        let live = Plan::new(spec, architecture, Reach::Live);
        let branches = spec.module_branches();
        let modules = branches.iter().zip(executed.modules.iter().zip(&live.modules));
        let modules = modules.map(|(&branches, (executed, live))| {
            ModuleTrace::new(branches, spec.steps, &executed.steps, live)
        });
        Self { modules: modules.collect() }
    }
}

impl ModuleTrace {
    fn new(branches: usize, steps: usize, executed: &[StepPlan], live: &ModulePlan) -> Self {
        let mut traced: Vec<StepTrace> = (0..steps)
            .map(|step| StepTrace::new(branches, executed.get(step), live.steps.get(step)))
            .collect();
        // Steps that no branch runs hand on what the last one left.
        for step in live.steps.len().max(1)..steps {
            let exit = traced[step - 1].exit.clone();
            traced[step].exit = exit;
        }
        let entry = live.inputs.iter().map(|input| Life::new(Some(*input))).collect();
        Self { entry, steps: traced }
    }
}

impl StepTrace {
    fn new(branches: usize, executed: Option<&StepPlan>, live: Option<&StepPlan>) -> Self {
        let block = |branch: usize| {
            let runs = executed.is_some_and(|step| step.blocks[branch]);
            runs.then(|| Life::new(live.map(|step| step.blocks[branch])))
        };
        let edge = |target: usize, source: usize| {
            let matters = live.map(|step| step.sources[target].contains(&source));
            Edge { source, target, life: Life::new(matters) }
        };
        let edges = (0..branches).flat_map(|target| {
            let sources = executed.map(|step| step.sources[target].clone()).unwrap_or_default();
            sources.into_iter().map(move |source| edge(target, source))
        });
        Self {
            blocks: (0..branches).map(block).collect(),
            edges: edges.collect(),
            exit: (0..branches).map(|branch| Life::new(live.map(|s| s.needed[branch]))).collect(),
        }
    }
}
