//! Architectures that have a name in every space: both ends, plain HRNet and one between.

use super::module::{ModuleArch, all_sources};
use super::point::Architecture;
use crate::spec::SpaceSpec;

/// Depth of the branches of HRNet, in blocks.
const HRNET_DEPTH: usize = 4;

/// Builder of the architecture of a name.
type Build = fn(&SpaceSpec) -> Architecture;

/// Names with their architectures, in the order in which they are scored.
const NAMED: [(&str, Build); 4] = [
    ("smallest", Architecture::smallest),
    ("middle", Architecture::middle),
    ("hrnet", Architecture::hrnet),
    ("largest", Architecture::largest),
];

impl Architecture {
    /// Names that [`Architecture::named`] accepts, in the order in which they are scored.
    pub const NAMES: [&'static str; NAMED.len()] = {
        let mut names = [""; NAMED.len()];
        let mut index = 0;
        while index < NAMED.len() {
            names[index] = NAMED[index].0;
            index += 1;
        }
        names
    };

    /// The architecture of a name in a space; `None` for a name that is not in
    /// [`Architecture::NAMES`].
    pub fn named(name: &str, spec: &SpaceSpec) -> Option<Self> {
        let (_, build) = NAMED.iter().find(|(known, _)| *known == name)?;
        Some(build(spec))
    }

    /// All named architectures of a space with their names, in the order of
    /// [`Architecture::NAMES`].
    pub fn all_named(spec: &SpaceSpec) -> impl Iterator<Item = (&'static str, Self)> {
        NAMED.iter().map(|&(name, build)| (name, build(spec)))
    }

    /// Every branch at the smallest depth, no fusion beyond what the last module's rule demands.
    pub fn smallest(spec: &SpaceSpec) -> Self {
        uniform(spec, spec.depth_choices[0], |_| false)
    }

    /// Every branch at the largest depth, all fusions.
    pub fn largest(spec: &SpaceSpec) -> Self {
        uniform(spec, spec.steps, |_| true)
    }

    /// Plain HRNet: one depth everywhere (4, or the nearest choice), fusion after the last step.
    pub fn hrnet(spec: &SpaceSpec) -> Self {
        let nearest = |depth: &&usize| depth.abs_diff(HRNET_DEPTH);
        let depth = *spec.depth_choices.iter().min_by_key(nearest).expect("a validated space");
        uniform(spec, depth, |step| step + 1 == depth)
    }

    /// The middle depth and fusion after every second step.
    pub fn middle(spec: &SpaceSpec) -> Self {
        let depth = spec.depth_choices[spec.depth_choices.len() / 2];
        uniform(spec, depth, |step| step % 2 == 1)
    }
}

/// One depth everywhere, and all sources after the steps for which `fused` holds.
fn uniform(spec: &SpaceSpec, depth: usize, fused: impl Fn(usize) -> bool) -> Architecture {
    let modules = spec.module_branches().into_iter().enumerate().map(|(index, branches)| {
        let mut module = ModuleArch::new(&vec![depth; branches]);
        for branch in 0..branches {
            for step in (0..depth).filter(|&step| fused(step)) {
                module.set_sources(branch, step, all_sources(branches));
            }
        }
        if spec.is_converging(index) {
            module.converge();
        }
        module
    });
    Architecture { modules: modules.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_architecture() {
        let spec = SpaceSpec::tiny();
        let listed: Vec<_> = Architecture::all_named(&spec).collect();
        assert_eq!(listed.iter().map(|(name, _)| *name).collect::<Vec<_>>(), Architecture::NAMES);
        for (name, architecture) in listed {
            assert_eq!(Architecture::named(name, &spec), Some(architecture));
        }
        assert_eq!(Architecture::named("biggest", &spec), None);
    }
}
