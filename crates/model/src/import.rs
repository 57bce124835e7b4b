//! Import of PyTorch checkpoints (`.pth`): supernets, HRNet, HigherHRNet, and files of this crate.
//!
//! Tensors are matched by name and shape. `num_batches_tracked` counters are dropped, prefixes of
//! training wrappers (`model.`, `module.`) removed, and plain HRNet's one `fuse_layers` of each
//! module becomes step 4 of the supernet, which makes it the HRNet point of the space.

use std::path::Path;

use burn_store::pytorch::PytorchReader;
use scalenas_space::SpaceSpec;

use crate::error::{Error, Result};
use crate::parameters::NamedTensors;

/// Step (counted from one) whose fusion plain HRNet has.
const HRNET_FUSION_STEP: usize = 4;
/// Wrapper prefixes of training programs.
const PREFIXES: [&str; 2] = ["module.", "model."];

/// What a checkpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A weight-sharing supernet: fusion layers for every step.
    Supernet,
    /// Plain HRNet, or HigherHRNet: one fusion a module.
    HrNet,
}

/// A checkpoint under the supernet's names.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// Parameters and running statistics.
    pub tensors: NamedTensors,
    /// What it was.
    pub kind: Kind,
    /// Its space, read off the tensors' shapes.
    pub spec: SpaceSpec,
}

/// Reads a PyTorch checkpoint; objects in it are never executed.
pub fn read_pth(path: &Path) -> Result<Checkpoint> {
    let raw = read_tensors(path)?;
    let kind = kind(path, &raw)?;
    let tensors: NamedTensors =
        raw.into_iter().map(|(name, data)| (supernet_name(&name, kind), data)).collect();
    let spec = infer_spec(path, &tensors)?;
    Ok(Checkpoint { tensors, kind, spec })
}

/// Threads that read tensors: every one opens the archive anew for each of its tensors, which for
/// the four thousand of a supernet is most of the work.
const READERS: usize = 4;

fn read_tensors(path: &Path) -> Result<NamedTensors> {
    let names = open(path)?.keys();
    let share = names.len().div_ceil(READERS).max(1);
    std::thread::scope(|scope| {
        let readers: Vec<_> =
            names.chunks(share).map(|names| scope.spawn(move || read_share(path, names))).collect();
        let mut tensors = NamedTensors::new();
        for reader in readers {
            tensors.extend(reader.join().expect("readers report errors as values")?);
        }
        Ok(tensors)
    })
}

fn open(path: &Path) -> Result<PytorchReader> {
    let reader = PytorchReader::new(path).map_err(|e| Error::read(path, e))?;
    // Training programs wrap the tensors in a dictionary of their own.
    Ok(PytorchReader::with_top_level_key(path, "state_dict").unwrap_or(reader))
}

fn read_share(path: &Path, names: &[String]) -> Result<NamedTensors> {
    let reader = open(path)?;
    let counters = |name: &&String| !name.ends_with("num_batches_tracked");
    let tensors = names.iter().filter(counters).filter_map(|name| {
        let data = reader.get(name)?.to_data();
        let data = data.map_err(|e| Error::read(path, format!("key {name}: {e:?}")));
        Some(data.map(|data| (strip_prefixes(name).to_owned(), data.convert::<f32>())))
    });
    tensors.collect()
}

fn strip_prefixes(name: &str) -> &str {
    PREFIXES.iter().fold(name, |name, prefix| name.strip_prefix(prefix).unwrap_or(name))
}

fn kind(path: &Path, tensors: &NamedTensors) -> Result<Kind> {
    if tensors.keys().any(|name| name.contains(".fuse_layers_1.")) {
        Ok(Kind::Supernet)
    } else if tensors.keys().any(|name| name.contains(".fuse_layers.")) {
        Ok(Kind::HrNet)
    } else {
        Err(Error::Format {
            path: path.to_owned(),
            expected: "a ScaleNAS supernet or an HRNet checkpoint",
            reason: format!("none of its {} tensors is a fusion layer", tensors.len()),
        })
    }
}

fn supernet_name(name: &str, kind: Kind) -> String {
    match kind {
        Kind::Supernet => name.to_owned(),
        Kind::HrNet => name.replace(".fuse_layers.", &format!(".fuse_layers_{HRNET_FUSION_STEP}.")),
    }
}

/// The space from the widths of `transition1` and the head.
fn infer_spec(path: &Path, tensors: &NamedTensors) -> Result<SpaceSpec> {
    let rows = |key: &str| tensors.get(key).map(|data| data.shape[0]);
    let missing = |key: &str| Error::Missing {
        origin: path.display().to_string(),
        network: "every HRNet-like network".to_owned(),
        count: 1,
        first: key.to_owned(),
    };
    let first = "transition1.0.0.weight";
    let width = rows(first).ok_or_else(|| missing(first))?;
    let heads = ["final_layer.weight", "final_layers.1.weight", "last_layer.3.weight"];
    match heads.map(rows) {
        [Some(joints), _, _] => Ok(SpaceSpec::top_down(width, joints)),
        [_, Some(joints), _] => Ok(SpaceSpec::bottom_up(width, joints)),
        [_, _, Some(classes)] => Ok(SpaceSpec::segmentation(width, classes)),
        [None, None, None] => Err(missing("final_layer.weight")),
    }
}
