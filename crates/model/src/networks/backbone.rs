//! Backbone: stem, then stages of searched modules with a transition in front of each.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_space::SpaceSpec;
use scalenas_space::plan::Plan;

use crate::files::parameters::Parameter;
use crate::layers::initializer::Initializer;
use crate::layers::module::MultiScaleModule;
use crate::layers::norms::Norms;
use crate::layers::stem::Stem;
use crate::layers::step::Branches;
use crate::layers::transition::Transition;
use crate::layers::unit::ConvNorm;

/// Everything in front of the head: of the supernet, or of one subnet.
#[derive(Module, Debug)]
pub(crate) struct Backbone<B: Backend> {
    stem: Stem<B>,
    /// One per stage.
    transitions: Vec<Transition<B>>,
    /// `[stage][module]`.
    stages: Vec<Vec<MultiScaleModule<B>>>,
    /// Input pixels per pixel of the coarsest branch, along an axis.
    #[module(skip)]
    coarsest_stride: usize,
}

impl<B: Backend> Backbone<B> {
    /// Creates all layers of the space, or those that `plan` runs.
    pub fn new(initializer: &Initializer<'_, B>, spec: &SpaceSpec, plan: Option<&Plan>) -> Self {
        let entry = |stage: usize, index: usize| {
            let before: usize = spec.stages[..stage].iter().map(|stage| stage.modules).sum();
            plan.map(|plan| &plan.modules[before + index])
        };
        let transition = |stage: usize| {
            let all = vec![true; spec.stages[stage].branches];
            let inputs = entry(stage, 0).map_or(&all, |plan| &plan.inputs);
            Transition::new(initializer, spec, stage, inputs)
        };
        let module = |stage: usize, index: usize| {
            let widths = &spec.widths[..spec.stages[stage].branches];
            // Stage 1 of the checkpoint names is the stem's layer1.
            let name = format!("stage{}.{index}", stage + 2);
            MultiScaleModule::new(initializer, widths, spec.steps, &name, entry(stage, index))
        };
        let stages = 0..spec.stages.len();
        let modules = |stage: usize| (0..spec.stages[stage].modules).map(move |m| (stage, m));
        Self {
            stem: Stem::new(initializer, &spec.stem),
            transitions: stages.clone().map(transition).collect(),
            stages: stages
                .map(|stage| modules(stage).map(|(stage, m)| module(stage, m)).collect())
                .collect(),
            coarsest_stride: spec.coarsest_stride(),
        }
    }

    /// The part that `plan` runs, sharing its parameters.
    pub fn restricted(&self, plan: &Plan) -> Self {
        let mut plans = plan.modules.iter();
        let mut next = || plans.next().expect("a plan has one entry per module");
        let parts = self.stages.iter().zip(&self.transitions).map(|(modules, transition)| {
            let entries: Vec<_> = modules.iter().map(|module| (module, next())).collect();
            let transition = transition.restricted(&entries[0].1.inputs);
            (transition, entries.into_iter().map(|(m, plan)| m.restricted(plan)).collect())
        });
        let (transitions, stages) = parts.unzip();
        let (stem, coarsest_stride) = (self.stem.clone(), self.coarsest_stride);
        Self { stem, transitions, stages, coarsest_stride }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.stem.for_each(visit);
        for (transition, modules) in self.transitions.iter_mut().zip(&mut self.stages) {
            transition.for_each(visit);
            for module in modules {
                module.for_each(visit);
            }
        }
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        self.stem.units(out);
        for (transition, modules) in self.transitions.iter().zip(&self.stages) {
            transition.units(out);
            for module in modules {
                module.units(out);
            }
        }
    }
}

impl<B: KernelBackend> Backbone<B> {
    /// Pictures `[batch, 3, height, width]` to the branches that leave the last module.
    ///
    /// # Panics
    /// If a side is no multiple of the coarsest branch's stride: branches would not cover each other.
    pub fn forward(
        &self,
        images: Tensor<B, 4>,
        plan: &Plan,
        norms: &mut Norms<'_, B>,
    ) -> Branches<B> {
        let [_, _, height, width] = images.dims();
        let stride = self.coarsest_stride;
        assert!(
            [height, width].iter().all(|&side| side > 0 && side.is_multiple_of(stride)),
            "pictures are {height}x{width} (height x width), but sides must be multiples of {stride}, \
             the stride of the coarsest branch"
        );
        let features = self.stem.forward(images, norms);
        let mut plans = plan.modules.iter().peekable();
        let mut branches = vec![Some(features)];
        for (transition, modules) in self.transitions.iter().zip(&self.stages) {
            let entry = plans.peek().expect("a plan has one entry per module");
            branches = transition.forward(branches, &entry.inputs, norms);
            for (module, plan) in modules.iter().zip(plans.by_ref()) {
                branches = module.forward(branches, plan, norms);
            }
        }
        branches
    }
}
