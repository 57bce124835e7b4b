//! Spaces of one's own: a preset with other widths, modules, depths or stem.

use serde::{Deserialize, Serialize};

use super::space::{SpaceSpec, StageSpec, StemSpec};
use crate::error::{Error, Result};

/// A preset and what is changed of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DerivedSpace {
    /// Name of the preset, which gives everything that is not changed, and the heads.
    pub base: String,
    /// Name, for messages and reports.
    #[serde(default)]
    pub name: Option<String>,
    /// Channels of the branches, the finest first.
    #[serde(default)]
    pub widths: Option<Vec<usize>>,
    /// Modules with 2, 3, … branches, up to as many branches as there are widths.
    #[serde(default)]
    pub modules: Option<Vec<usize>>,
    /// Steps of a module: its blocks per branch at most.
    #[serde(default)]
    pub steps: Option<usize>,
    /// Numbers of blocks that a branch may have, ascending, up to the steps.
    #[serde(default)]
    pub depth_choices: Option<Vec<usize>>,
    /// Stem.
    #[serde(default)]
    pub stem: Option<StemSpec>,
}

impl DerivedSpace {
    /// The space.
    ///
    /// # Errors
    /// When there is no such preset, or the values make no network.
    pub fn space(&self) -> Result<SpaceSpec> {
        let mut space = SpaceSpec::preset(&self.base)?;
        space.name = self.name.clone().unwrap_or_else(|| format!("{}_own", self.base));
        if let Some(widths) = &self.widths {
            space.widths.clone_from(widths);
        }
        match &self.modules {
            Some(modules) => space.stages = stages(modules),
            None if space.stages.len() + 1 != space.widths.len() => {
                return Err(self.missing_modules(&space));
            }
            None => {}
        }
        if let Some(steps) = self.steps {
            space.steps = steps;
            space.depth_choices.retain(|&depth| depth < steps);
            space.depth_choices.push(steps);
        }
        if let Some(choices) = &self.depth_choices {
            space.depth_choices.clone_from(choices);
        }
        if let Some(stem) = &self.stem {
            space.stem = stem.clone();
        }
        space.validate()?;
        Ok(space)
    }

    fn missing_modules(&self, space: &SpaceSpec) -> Error {
        let branches: Vec<String> =
            (2..=space.widths.len()).map(|branches| branches.to_string()).collect();
        Error::Spec {
            space: space.name.clone(),
            key: "widths",
            value: format!("{:?} without modules", space.widths),
            accepted: format!(
                "as many widths as {} has, or modules: numbers of modules with {} branches",
                self.base,
                branches.join(", ")
            ),
        }
    }
}

fn stages(modules: &[usize]) -> Vec<StageSpec> {
    let stage = |(place, &modules): (usize, &usize)| StageSpec { modules, branches: place + 2 };
    modules.iter().enumerate().map(stage).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(base: &str) -> DerivedSpace {
        DerivedSpace {
            base: base.to_owned(),
            name: None,
            widths: None,
            modules: None,
            steps: None,
            depth_choices: None,
            stem: None,
        }
    }

    #[test]
    fn nothing_changed_is_the_preset() {
        for &name in SpaceSpec::presets() {
            let space = derived(name).space().expect("a preset");
            let preset = SpaceSpec::preset(name).expect("a preset");
            assert_eq!(space, SpaceSpec { name: format!("{name}_own"), ..preset });
        }
    }

    #[test]
    fn changes_are_taken_and_checked() {
        let narrow = DerivedSpace {
            widths: Some(vec![18, 36, 72]),
            modules: Some(vec![1, 2]),
            steps: Some(4),
            ..derived("pose_w32")
        };
        let space = narrow.space().expect("a network");
        assert_eq!((&*space.widths, space.stages.len()), (&[18, 36, 72][..], 2));
        assert_eq!((space.steps, &*space.depth_choices), (4, &[2, 3, 4][..]));
        for (wrong, said) in [
            (DerivedSpace { modules: None, ..narrow.clone() }, "[18, 36, 72] without modules"),
            (DerivedSpace { modules: Some(vec![1, 2, 1]), ..narrow.clone() }, "stages"),
            (DerivedSpace { depth_choices: Some(vec![1, 3]), ..narrow.clone() }, "depth_choices"),
            (DerivedSpace { widths: Some(vec![0, 1, 2]), ..narrow.clone() }, "widths"),
            (DerivedSpace { steps: Some(99), ..narrow.clone() }, "steps is 99"),
            (DerivedSpace { base: "pose_w33".into(), ..narrow }, "did you mean"),
        ] {
            let problem = wrong.space().expect_err("no network").to_string();
            assert!(problem.contains(said), "{problem}");
        }
    }
}
