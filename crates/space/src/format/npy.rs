//! Published masks: a `.npy` file whose one array holds, per module, a dictionary of depths `d` and
//! fusion rows `f`.

use super::pickle::Pickle;
use crate::architecture::{Architecture, ModuleArch};
use crate::spec::{MAX_BRANCHES, MAX_MODULES, MAX_STEPS};

type Result<T> = std::result::Result<T, String>;

const MAGIC: &[u8] = b"\x93NUMPY";
/// Type of object arrays, the only ones that hold dictionaries.
const OBJECTS: &str = "'|O'";

/// Reads a mask.
pub(super) fn read(bytes: &[u8]) -> Result<Architecture> {
    let pickle = Pickle::read(payload(bytes)?)?;
    let modules = pickle.elements(pickle.root(), MAX_MODULES)?;
    let modules = modules.iter().enumerate().map(|(index, &module)| {
        read_module(&pickle, module).map_err(|reason| format!("module {index}: {reason}"))
    });
    Ok(Architecture { modules: modules.collect::<Result<_>>()? })
}

/// Bytes behind the header.
fn payload(bytes: &[u8]) -> Result<&[u8]> {
    let rest = bytes.strip_prefix(MAGIC).ok_or("no npy header")?;
    let (version, rest) = rest.split_at_checked(2).ok_or("cut off in the header")?;
    let size = if version[0] == 1 { 2 } else { 4 };
    let (length, rest) = rest.split_at_checked(size).ok_or("cut off in the header")?;
    let length = length.iter().rev().fold(0usize, |sum, &byte| sum << 8 | usize::from(byte));
    let (header, data) = rest.split_at_checked(length).ok_or("cut off in the header")?;
    let header = String::from_utf8_lossy(header);
    if header.contains(OBJECTS) {
        Ok(data)
    } else {
        Err(format!("an array of objects was expected, the header is {}", header.trim()))
    }
}

fn read_module(pickle: &Pickle, module: usize) -> Result<ModuleArch> {
    let depths = pickle.elements(pickle.entry(module, "d")?, MAX_BRANCHES)?;
    let branches = pickle.elements(pickle.entry(module, "f")?, MAX_BRANCHES)?;
    if depths.len() != branches.len() {
        return Err(format!("{} depths, but fusion of {}", depths.len(), branches.len()));
    }
    let (mut depth, mut fusion) = (Vec::new(), Vec::new());
    for (branch, (&blocks, &rows)) in depths.iter().zip(branches).enumerate() {
        let read = read_branch(pickle, blocks, rows);
        let rows = read.map_err(|reason| format!("branch {branch}: {reason}"))?;
        depth.push(rows.len());
        fusion.push(rows);
    }
    ModuleArch::from_rows(&depth, &fusion)
}

/// Rows of a branch; files pad those beyond its depth with zeros, which are left out.
fn read_branch(pickle: &Pickle, depth: usize, rows: usize) -> Result<Vec<Vec<u8>>> {
    let depth = pickle.integer(depth)?;
    let rows = pickle.elements(rows, MAX_STEPS)?;
    let live = usize::try_from(depth).ok().and_then(|depth| rows.get(..depth));
    let live = live.ok_or_else(|| format!("depth {depth}, but {} rows", rows.len()))?;
    let rows = live.iter().enumerate();
    rows.map(|(step, &row)| bits(pickle, row).map_err(|reason| format!("step {step}: {reason}")))
        .collect()
}

fn bits(pickle: &Pickle, row: usize) -> Result<Vec<u8>> {
    let bit = |&index: &usize| {
        let value = pickle.integer(index)?;
        u8::try_from(value).map_err(|_| format!("{value} is not a bit"))
    };
    pickle.elements(row, MAX_BRANCHES)?.iter().map(bit).collect()
}
