//! Serialised form of modules: `depth[branch]`, and `fusion[branch][step]` with one bit per source.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::module::ModuleArch;
use crate::spec::{MAX_BRANCHES, MAX_STEPS};

/// Module as files hold it.
#[derive(Serialize, Deserialize)]
struct ModuleRows {
    depth: Vec<usize>,
    fusion: Vec<Vec<Vec<u8>>>,
}

impl Serialize for ModuleArch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let branches = 0..self.branches();
        let row = |mask: u8| branches.clone().map(|source| mask >> source & 1).collect();
        let rows = ModuleRows {
            depth: branches.clone().map(|branch| self.depth(branch)).collect(),
            fusion: branches
                .clone()
                .map(|b| (0..self.depth(b)).map(|step| row(self.sources(b, step))).collect())
                .collect(),
        };
        rows.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ModuleArch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = ModuleRows::deserialize(deserializer)?;
        Self::from_rows(&rows.depth, &rows.fusion).map_err(serde::de::Error::custom)
    }
}

/// Deserialises a list of modules; the message for a bad one gives its index.
pub(crate) fn read_modules<'de, D>(deserializer: D) -> Result<Vec<ModuleArch>, D::Error>
where
    D: Deserializer<'de>,
{
    let modules = Vec::<ModuleRows>::deserialize(deserializer)?;
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
                let sources = mask(row, branches)
                    .map_err(|reason| format!("branch {branch} step {step}: {reason}"))?;
                module.set_sources(branch, step, sources);
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
