//! Architectures as short texts: modules apart by `;`, branches by `,`, two hexadecimal digits per step, which are the
//! sources of the branch after the step as bits.

use std::fmt::Write as _;

use scalenas_space::{Architecture, ModuleArch};

/// Text of an architecture.
pub(super) fn code(architecture: &Architecture) -> String {
    architecture.modules.iter().map(module).collect::<Vec<_>>().join(";")
}

fn module(module: &ModuleArch) -> String {
    let branch = |branch: usize| {
        let mut text = String::new();
        for step in 0..module.depth(branch) {
            let _ = write!(text, "{:02x}", module.sources(branch, step));
        }
        text
    };
    (0..module.branches()).map(branch).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use scalenas_space::SpaceSpec;

    use super::*;

    #[test]
    fn a_text_has_a_part_per_branch_and_digits_per_step() {
        let space = SpaceSpec::tiny();
        let text = code(&Architecture::smallest(&space));
        let modules: Vec<&str> = text.split(';').collect();
        assert_eq!(modules.len(), space.modules());
        for (module, branches) in modules.iter().zip(space.module_branches()) {
            assert_eq!(module.split(',').count(), branches);
        }
        // Only the own value after the only step.
        assert!(text.starts_with("01,02"), "{text}");
    }
}
