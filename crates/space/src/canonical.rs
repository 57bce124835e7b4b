//! Canonical form and id: architectures that compute the same function share both.

use crate::architecture::{Architecture, ModuleArch};
use crate::plan::{ModuleUsage, Reach, Usage};
use crate::spec::SpaceSpec;

/// Length of an id in hexadecimal digits: 48 bits keep a million candidates apart.
const ID_DIGITS: usize = 12;

impl Architecture {
    /// An architecture of the same function, with dead bits cleared and dead trailing blocks
    /// removed.
    #[must_use]
    pub fn canonical(&self, spec: &SpaceSpec) -> Self {
        let usage = Usage::new(spec, self, Reach::Live);
        let modules = self.modules.iter().enumerate().map(|(index, module)| {
            let mut module = *module;
            clear_dead_bits(&mut module, usage.module(index));
            drop_dead_blocks(spec, index, &mut module, usage.module(index));
            module
        });
        Self { modules: modules.collect() }
    }

    /// Short stable name of the canonical form.
    pub fn id(&self, spec: &SpaceSpec) -> String {
        let canonical = self.canonical(spec);
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        for module in &canonical.modules {
            hash.absorb(module.branches() as u8);
            for branch in 0..module.branches() {
                hash.absorb(module.depth(branch) as u8);
                (0..module.depth(branch)).for_each(|s| hash.absorb(module.sources(branch, s)));
            }
        }
        let digits = format!("{:016x}", hash.finish());
        digits[..ID_DIGITS].to_owned()
    }
}

fn clear_dead_bits(module: &mut ModuleArch, usage: &ModuleUsage) {
    for branch in 0..module.branches() {
        for step in 0..module.depth(branch) {
            let live = usage.edges(module, step, branch);
            module.set_sources(branch, step, live | 1 << branch);
        }
    }
}

/// Shortens each branch to the smallest allowed depth that keeps its live blocks.
fn drop_dead_blocks(spec: &SpaceSpec, index: usize, module: &mut ModuleArch, usage: &ModuleUsage) {
    let original = *module;
    for branch in 0..original.branches() {
        let live = |step: &usize| usage.blocks(&original, *step) >> branch & 1 == 1;
        let kept = (0..original.depth(branch)).rev().find(live).map_or(0, |step| step + 1);
        // In the last module of a pose net the last step must already be the prescribed one.
        let allowed = |depth: usize| {
            !spec.is_converging(index)
                || original.sources(branch, depth - 1) == original.converged(branch)
        };
        let shorter = spec.depth_choices.iter().copied();
        let mut shorter = shorter.filter(|&d| d >= kept && d < original.depth(branch));
        if let Some(depth) = shorter.find(|&depth| allowed(depth)) {
            module.set_depth(branch, depth);
        }
    }
}

/// FNV-1a with a final mix, so that the leading digits depend on every byte.
struct Fnv(u64);

impl Fnv {
    fn absorb(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }

    fn finish(self) -> u64 {
        let z = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        let z = (z ^ (z >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        z ^ (z >> 33)
    }
}
