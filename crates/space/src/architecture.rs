//! Architecture: depth of every branch and fusion bits of every step, module by module.
//!
//! Fusion is a bit mask of sources a step, so that an architecture is a few hundred bytes without
//! indirection: sampling and costing run at hundreds of thousands a second.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::spec::SpaceSpec;

/// Most branches that a module may have.
pub const MAX_BRANCHES: usize = 8;
/// Most steps that a module may have.
pub const MAX_STEPS: usize = 8;

/// One module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ModuleArch {
    branches: u8,
    depth: [u8; MAX_BRANCHES],
    /// `[branch][step]`: bit `j` is the edge from source `j`, bit `branch` the identity.
    fusion: [[u8; MAX_STEPS]; MAX_BRANCHES],
}

impl ModuleArch {
    /// A module with the given depths and identity bits only.
    pub fn new(depth: &[usize]) -> Self {
        let mut module =
            Self { branches: depth.len() as u8, depth: [0; _], fusion: [[0; MAX_STEPS]; _] };
        for (branch, &depth) in depth.iter().enumerate() {
            module.set_depth(branch, depth);
        }
        module
    }

    /// Number of branches.
    pub fn branches(&self) -> usize {
        usize::from(self.branches)
    }

    /// Number of blocks of a branch.
    pub fn depth(&self, branch: usize) -> usize {
        usize::from(self.depth[branch])
    }

    /// Steps that the module runs: its largest depth.
    pub fn steps(&self) -> usize {
        self.depth.iter().copied().max().map_or(0, usize::from)
    }

    /// Changes a depth: new steps get their identity bit, removed ones lose their bits.
    pub fn set_depth(&mut self, branch: usize, depth: usize) {
        for (step, mask) in self.fusion[branch].iter_mut().enumerate() {
            *mask = if step < depth { *mask | (1 << branch) } else { 0 };
        }
        self.depth[branch] = depth as u8;
    }

    /// Sources of a branch after a step, as bits; the branch's own bit is the identity.
    pub fn sources(&self, branch: usize, step: usize) -> u8 {
        self.fusion[branch][step]
    }

    /// Sets the sources of a branch after a step.
    pub fn set_sources(&mut self, branch: usize, step: usize, sources: u8) {
        self.fusion[branch][step] = sources;
    }

    /// Whether `branch` receives from `source` after `step`.
    pub fn fused(&self, branch: usize, step: usize, source: usize) -> bool {
        self.fusion[branch][step] >> source & 1 == 1
    }
}

/// A point of the search space.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Architecture {
    /// Searched modules in order.
    #[serde(deserialize_with = "read_modules")]
    pub modules: Vec<ModuleArch>,
}

impl Architecture {
    /// Every branch at the smallest depth, no fusion but what the last module's rule demands.
    pub fn smallest(spec: &SpaceSpec) -> Self {
        Self::build(spec, spec.depth_choices[0], |_| false)
    }

    /// Every branch at the largest depth, all fusions.
    pub fn largest(spec: &SpaceSpec) -> Self {
        Self::build(spec, spec.steps, |_| true)
    }

    /// Plain HRNet: one depth everywhere (4, or the nearest choice), fusion after the last step.
    pub fn hrnet(spec: &SpaceSpec) -> Self {
        /// Blocks a branch of HRNet.
        const HRNET_DEPTH: usize = 4;
        let nearest = |depth: &&usize| depth.abs_diff(HRNET_DEPTH);
        let depth = *spec.depth_choices.iter().min_by_key(nearest).expect("a validated space");
        Self::build(spec, depth, |step| step + 1 == depth)
    }

    /// The middle depth and fusion after every second step.
    pub fn middle(spec: &SpaceSpec) -> Self {
        let depth = spec.depth_choices[spec.depth_choices.len() / 2];
        Self::build(spec, depth, |step| step % 2 == 1)
    }

    /// The same depth everywhere and all sources in the steps that `fused` names.
    fn build(spec: &SpaceSpec, depth: usize, fused: impl Fn(usize) -> bool) -> Self {
        let modules = spec.module_branches().into_iter().enumerate().map(|(index, branches)| {
            let mut module = ModuleArch::new(&vec![depth; branches]);
            for branch in 0..branches {
                for step in (0..depth).filter(|&step| fused(step)) {
                    module.set_sources(branch, step, all(branches));
                }
            }
            if spec.is_converging(index) {
                module.converge();
            }
            module
        });
        Self { modules: modules.collect() }
    }

    /// Number of blocks of a branch.
    pub fn depth(&self, module: usize, branch: usize) -> usize {
        self.modules[module].depth(branch)
    }

    /// Whether a branch receives from a source after a step.
    pub fn fused(&self, module: usize, branch: usize, step: usize, source: usize) -> bool {
        self.modules[module].fused(branch, step, source)
    }
}

/// Mask of all sources.
pub(crate) fn all(branches: usize) -> u8 {
    (((1u16 << branches) - 1) & 0xff) as u8
}

impl ModuleArch {
    /// Applies the rule of the last module of a pose space: the last step of branch 0 takes every
    /// source, the last step of the others themselves alone.
    pub(crate) fn converge(&mut self) {
        for branch in 0..self.branches() {
            let last = self.depth(branch) - 1;
            self.fusion[branch][last] = self.converged(branch);
        }
    }

    /// What the rule prescribes for the last step of `branch`.
    pub(crate) fn converged(&self, branch: usize) -> u8 {
        if branch == 0 { all(self.branches()) } else { 1 << branch }
    }
}

/// How a module looks in files: `fusion[branch][step]` has one bit a source.
#[derive(Serialize, Deserialize)]
struct Written {
    depth: Vec<usize>,
    fusion: Vec<Vec<Vec<u8>>>,
}

impl Serialize for ModuleArch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let branches = 0..self.branches();
        let row = |mask: u8| branches.clone().map(|source| mask >> source & 1).collect();
        let written = Written {
            depth: branches.clone().map(|branch| self.depth(branch)).collect(),
            fusion: branches
                .clone()
                .map(|b| (0..self.depth(b)).map(|step| row(self.fusion[b][step])).collect())
                .collect(),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ModuleArch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        Self::from_rows(&written.depth, &written.fusion).map_err(serde::de::Error::custom)
    }
}

/// Modules as a file holds them; the message for a bad one says which it is.
pub(crate) fn read_modules<'de, D>(deserializer: D) -> Result<Vec<ModuleArch>, D::Error>
where
    D: Deserializer<'de>,
{
    let modules = Vec::<Written>::deserialize(deserializer)?;
    let modules = modules.iter().enumerate().map(|(index, module)| {
        let read = ModuleArch::from_rows(&module.depth, &module.fusion);
        read.map_err(|reason| serde::de::Error::custom(format!("module {index}: {reason}")))
    });
    modules.collect()
}

impl ModuleArch {
    /// From depths and rows of bits; rows beyond a branch's depth are not accepted.
    pub(crate) fn from_rows(depth: &[usize], fusion: &[Vec<Vec<u8>>]) -> Result<Self, String> {
        let branches = depth.len();
        if branches > MAX_BRANCHES {
            return Err(format!("{branches} branches, at most {MAX_BRANCHES}"));
        }
        if fusion.len() != branches {
            return Err(format!("fusion has {} branches, depth has {branches}", fusion.len()));
        }
        let mut module = Self::new(&vec![0; branches]);
        for (branch, (&depth, rows)) in depth.iter().zip(fusion).enumerate() {
            if depth > MAX_STEPS || rows.len() != depth {
                let found = rows.len();
                return Err(format!("branch {branch}: depth {depth}, but {found} rows of fusion"));
            }
            module.set_depth(branch, depth);
            for (step, row) in rows.iter().enumerate() {
                module.fusion[branch][step] = mask(row, branches)
                    .map_err(|reason| format!("branch {branch} step {step}: {reason}"))?;
            }
        }
        Ok(module)
    }
}

fn mask(row: &[u8], branches: usize) -> Result<u8, String> {
    if row.len() != branches {
        return Err(format!("{} bits, expected one for each of {branches} sources", row.len()));
    }
    row.iter().enumerate().try_fold(0, |mask, (source, &bit)| match bit {
        0 | 1 => Ok(mask | bit << source),
        _ => Err(format!("bit {bit} for source {source}, accepted: 0 or 1")),
    })
}
