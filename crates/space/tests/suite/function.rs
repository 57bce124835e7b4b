//! Live layers and canonical forms against an independent, symbolic forward pass.
//!
//! Every layer is a hash of its name and its input, so that two networks have equal outputs exactly
//! if the same layers reach them in the same way. The pass follows the description of a module in
//! ScaleNAS step by step and knows nothing of plans.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use proptest::prelude::*;
use scalenas_base::Size;
use scalenas_space::plan::Reach;
use scalenas_space::{Architecture, LastModule, SpaceSpec, layers, rng, sample};

/// A network in which at most one layer differs from the others of its space.
struct Network<'a> {
    space: &'a SpaceSpec,
    architecture: &'a Architecture,
    changed: Option<&'a str>,
}

fn mix(parts: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

impl Network<'_> {
    fn layer(&self, name: &str, input: u64) -> u64 {
        mix((name, self.changed == Some(name), input))
    }

    /// Values of the branches that leave the network.
    fn outputs(&self) -> Vec<u64> {
        let mut branches = Vec::new();
        let mut index = 0;
        for (number, stage) in self.space.stages.iter().enumerate() {
            branches = self.transition(number, stage.branches, &branches);
            for module in 0..stage.modules {
                let name = format!("stage{}.{module}", number + 2);
                branches = self.module(&name, index, branches);
                index += 1;
            }
        }
        match self.space.last_module {
            LastModule::HighestResolution => branches[..1].to_vec(),
            LastModule::AllBranches => branches,
        }
    }

    fn transition(&self, stage: usize, count: usize, old: &[u64]) -> Vec<u64> {
        let name = |branch: usize| format!("transition{}.{branch}.0.0", stage + 1);
        let Some(&last) = old.last() else {
            return vec![self.layer("transition1.0.0", 0), self.layer(&name(1), 0)];
        };
        let new = (old.len()..count).map(|branch| self.layer(&name(branch), last));
        old.iter().copied().chain(new).collect()
    }

    fn module(&self, name: &str, index: usize, mut values: Vec<u64>) -> Vec<u64> {
        let module = &self.architecture.modules[index];
        for step in 0..module.steps() {
            for (branch, value) in values.iter_mut().enumerate() {
                if step < module.depth(branch) {
                    let block = format!("{name}.branches.{branch}.{step}");
                    let inner = self.layer(&format!("{block}.conv1"), *value);
                    *value = mix((*value, self.layer(&format!("{block}.conv2"), inner)));
                }
            }
            let edges = format!("{name}.fuse_layers_{}", step + 1);
            let fused = |branch| self.fused(&edges, (index, branch, step), &values);
            values = (0..values.len()).map(fused).collect();
        }
        values
    }

    fn fused(
        &self,
        edges: &str,
        (module, branch, step): (usize, usize, usize),
        values: &[u64],
    ) -> u64 {
        let received = values.iter().enumerate().filter(|&(source, _)| {
            source != branch && self.architecture.fused(module, branch, step, source)
        });
        received.fold(values[branch], |sum, (source, &value)| {
            let edge = format!("{edges}.{branch}.{source}");
            let received = match branch.checked_sub(source) {
                None => self.layer(&format!("{edge}.0"), value),
                Some(count) => {
                    (0..count).fold(value, |value, k| self.layer(&format!("{edge}.{k}.0"), value))
                }
            };
            mix((sum, received))
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn canonical_forms_compute_the_same(
        preset in proptest::sample::select(SpaceSpec::presets().to_vec()),
        seed: u64,
    ) {
        let space = SpaceSpec::preset(preset)?;
        let architecture = sample::uniform(&space, &mut rng::stream(seed, "function", &[]));
        let outputs = |architecture: &Architecture| {
            Network { space: &space, architecture, changed: None }.outputs()
        };
        prop_assert_eq!(outputs(&architecture.canonical(&space)), outputs(&architecture));
    }

    #[test]
    fn a_layer_is_live_exactly_if_the_output_depends_on_it(seed: u64) {
        let space = SpaceSpec::tiny();
        let architecture = sample::uniform(&space, &mut rng::stream(seed, "function", &[]));
        let input = Size::square(space.coarsest_stride());
        let names = |reach| -> Result<Vec<String>, TestCaseError> {
            let layers = layers::layers(&space, &architecture, input, reach)?;
            Ok(layers.into_iter().map(|layer| layer.name).collect())
        };
        let live: BTreeSet<String> = names(Reach::Live)?.into_iter().collect();
        let outputs = |changed| {
            Network { space: &space, architecture: &architecture, changed }.outputs()
        };
        let searched = |name: &&String| name.starts_with("stage") || name.starts_with("transition");
        for name in names(Reach::Executed)?.iter().filter(searched) {
            let matters = outputs(Some(name)) != outputs(None);
            prop_assert_eq!(matters, live.contains(name), "{}", name);
        }
    }
}
