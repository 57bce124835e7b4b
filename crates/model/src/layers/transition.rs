//! Transitions: from the stem to the first branches, and one new branch at a time after that.

use burn::module::Module;
use burn::tensor::backend::Backend;
use scalenas_kernels::{Activation, KernelBackend};
use scalenas_space::SpaceSpec;

use super::initializer::Initializer;
use super::norms::Norms;
use super::stem;
use super::step::Branches;
use super::unit::{ConvNorm, UnitShape};
use crate::files::parameters::Parameter;

/// One 3x3 unit per branch that a stage adds.
#[derive(Module, Debug)]
pub(crate) struct Transition<B: Backend> {
    /// `None` for branches that pass unchanged, and for those that a subnet never uses.
    units: Vec<Option<ConvNorm<B>>>,
}

impl<B: Backend> Transition<B> {
    /// The transition into stage `stage` (0 is the first searched one), with the units of the
    /// resulting branches that `inputs` says are used.
    pub fn new(
        initializer: &Initializer<'_, B>,
        spec: &SpaceSpec,
        stage: usize,
        inputs: &[bool],
    ) -> Self {
        let branches = spec.stages[stage].branches;
        let old = if stage == 0 { 0 } else { spec.stages[stage - 1].branches };
        let unit = |branch: usize| {
            let input = match (stage, branch) {
                (0, 0 | 1) => stem::output_channels(&spec.stem),
                _ => spec.widths[branch - 1],
            };
            // The first branch keeps the stem's resolution; every other halves its source's.
            let stride = if branch == 0 { 1 } else { 2 };
            let shape = UnitShape { input, output: spec.widths[branch], kernel: 3, stride };
            let name = match (stage, branch) {
                (0, 0) => "transition1.0".to_owned(),
                _ => format!("transition{}.{branch}.0", stage + 1),
            };
            ConvNorm::new(initializer, shape, format!("{name}.0"), format!("{name}.1"))
        };
        Self { units: (0..branches).map(|b| (b >= old && inputs[b]).then(|| unit(b))).collect() }
    }

    /// The units whose outputs are used, sharing their parameters.
    pub fn restricted(&self, inputs: &[bool]) -> Self {
        let mut part = self.clone();
        for (unit, used) in part.units.iter_mut().zip(inputs) {
            unit.take_if(|_| !used);
        }
        part
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.units.iter_mut().flatten().for_each(|unit| unit.for_each(visit));
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        out.extend(self.units.iter().flatten());
    }
}

impl<B: KernelBackend> Transition<B> {
    /// Passes the branches that exist and computes the new ones from the last of them. `inputs` says
    /// which of the resulting branches the following modules use.
    pub fn forward(
        &self,
        branches: Branches<B>,
        inputs: &[bool],
        norms: &mut Norms<'_, B>,
    ) -> Branches<B> {
        let source = branches.last().cloned().flatten();
        let mut passing = branches.into_iter();
        let outputs = self.units.iter().zip(inputs).map(|(unit, &used)| {
            let passed = passing.next().flatten();
            match unit {
                _ if !used => None,
                None => passed,
                Some(unit) => {
                    let x = source.clone().expect("the plan keeps what a used branch grows from");
                    Some(unit.forward(x, Activation::Relu, norms))
                }
            }
        });
        outputs.collect()
    }
}
