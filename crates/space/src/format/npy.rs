//! The published masks: a `.npy` file whose one array holds, per module, a dictionary of depths `d`
//! and fusion rows `f`.

use super::pickle::{Pickle, Value};
use crate::architecture::{Architecture, MAX_STEPS, ModuleArch};

type Result<T> = std::result::Result<T, String>;

const MAGIC: &[u8] = b"\x93NUMPY";
/// Object arrays are the only kind that holds dictionaries.
const OBJECTS: &str = "'|O'";

/// Reads a mask.
pub(super) fn read(bytes: &[u8]) -> Result<Architecture> {
    let pickle = Pickle::read(payload(bytes)?)?;
    let modules = pickle.elements(pickle.root())?;
    let modules = modules.into_iter().enumerate().map(|(index, module)| {
        read_module(&pickle, module).map_err(|reason| format!("module {index}: {reason}"))
    });
    Ok(Architecture { modules: modules.collect::<Result<_>>()? })
}

/// What follows the header.
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
    let Value::Dict(entries) = pickle.value(module) else {
        return Err("not a dictionary".to_owned());
    };
    let find = |name: &str| {
        let mut keys = entries.iter();
        let found = keys.find(|(key, _)| matches!(pickle.value(*key), Value::Text(t) if t == name));
        found.map(|&(_, value)| value).ok_or_else(|| format!("no key {name:?}"))
    };
    let depth: Vec<usize> =
        pickle.integers(find("d")?)?.into_iter().map(|depth| depth.max(0) as usize).collect();
    if let Some(too_deep) = depth.iter().find(|&&depth| depth > MAX_STEPS) {
        return Err(format!("depth {too_deep}, at most {MAX_STEPS}"));
    }
    let rows = pickle.elements(find("f")?)?;
    // Object arrays of two dimensions come flat: the published ones have five steps a branch.
    let steps = rows.len().checked_div(depth.len()).unwrap_or(0);
    let mut fusion = Vec::new();
    for (branch, &depth) in depth.iter().enumerate() {
        let rows = rows.get(branch * steps..branch * steps + depth);
        let rows = rows.ok_or_else(|| format!("branch {branch}: fewer than {depth} rows"))?;
        fusion.push(rows.iter().map(|&row| bits(pickle, row)).collect::<Result<Vec<_>>>()?);
    }
    ModuleArch::from_rows(&depth, &fusion)
}

fn bits(pickle: &Pickle, row: usize) -> Result<Vec<u8>> {
    let bit = |value: i64| u8::try_from(value).map_err(|_| format!("{value} is not a bit"));
    pickle.integers(row)?.into_iter().map(bit).collect()
}
