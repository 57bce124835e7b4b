//! Validation of architectures against a space; messages name the module, branch and step.

use super::module::{ModuleArch, all_sources};
use super::point::Architecture;
use crate::error::{Error, Result};
use crate::spec::{MAX_STEPS, SpaceSpec};

impl Architecture {
    /// Checks shape, depths, identity bits and the last module's rule.
    pub fn validate(&self, spec: &SpaceSpec) -> Result<()> {
        let expected = spec.module_branches();
        if self.modules.len() != expected.len() {
            return Err(Error::Modules {
                space: spec.name.clone(),
                found: self.modules.len(),
                expected: expected.len(),
            });
        }
        for (index, (module, branches)) in self.modules.iter().zip(expected).enumerate() {
            if module.branches() != branches {
                return Err(Error::Branches {
                    space: spec.name.clone(),
                    module: index,
                    found: module.branches(),
                    expected: branches,
                });
            }
            validate_module(spec, index, module)?;
        }
        Ok(())
    }
}

fn validate_module(spec: &SpaceSpec, index: usize, module: &ModuleArch) -> Result<()> {
    for branch in 0..module.branches() {
        let depth = module.depth(branch);
        if !spec.depth_choices.contains(&depth) {
            return Err(Error::Depth {
                space: spec.name.clone(),
                module: index,
                branch,
                depth,
                accepted: spec.depth_choices.clone(),
            });
        }
        for step in 0..MAX_STEPS {
            validate_row(spec, index, module, (branch, step)).map_err(|reason| Error::Fusion {
                module: index,
                branch,
                step,
                reason,
            })?;
        }
    }
    Ok(())
}

/// The sources of one branch in one step.
fn validate_row(
    spec: &SpaceSpec,
    index: usize,
    module: &ModuleArch,
    (branch, step): (usize, usize),
) -> Result<(), String> {
    let (depth, found) = (module.depth(branch), module.sources(branch, step));
    if step >= depth {
        return match found {
            0 => Ok(()),
            _ => Err(format!("fusion after the branch's depth {depth}, accepted: none")),
        };
    }
    let written = || format!("{found:0width$b} (highest branch first)", width = module.branches());
    if found & !all_sources(module.branches()) != 0 {
        return Err(format!("sources {}, but {} branches", written(), module.branches()));
    }
    if !module.fused(branch, step, branch) {
        return Err("the identity bit is 0, accepted: 1".to_owned());
    }
    if spec.is_converging(index) && step + 1 == depth && found != module.converged(branch) {
        let rule = if branch == 0 { "every source" } else { "itself alone" };
        return Err(format!(
            "the last step of the last module takes {rule} in space {}, found the sources {}",
            spec.name,
            written()
        ));
    }
    Ok(())
}
