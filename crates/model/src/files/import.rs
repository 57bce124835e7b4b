//! Import of PyTorch checkpoints (`.pth`): supernets, HRNet, HigherHRNet, and files of this crate.
//!
//! Tensors are matched by name and shape. `num_batches_tracked` counters are dropped, dictionaries and
//! prefixes of training programs around the network are passed over ([`Names`]), and plain HRNet's one
//! `fuse_layers` of each module becomes step 4 of the supernet, which makes it the HRNet point of the
//! space.

use std::path::Path;

use scalenas_space::SpaceSpec;

use super::names::{HEADS, Names, STEM_EXIT};
use super::parameters::NamedTensors;
use super::pth::PthFile;
use crate::error::{Error, Result};

/// Step (counted from one) whose fusion plain HRNet has.
const HRNET_FUSION_STEP: usize = 4;

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

fn read_tensors(path: &Path) -> Result<NamedTensors> {
    let file = PthFile::open(path)?;
    let names: Vec<&str> = file.names().collect();
    let network = Names::find(&names);
    let counter = |name: &str| name.ends_with("num_batches_tracked");
    let wanted = names.iter().filter(|name| !counter(name));
    let wanted = wanted.filter_map(|name| Some(((*name).to_owned(), network.own_name(name)?)));
    let wanted = wanted.collect();
    file.read(&wanted)
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
    let rows = |key: &str| tensors.get(key)?.shape.first().copied();
    let missing = |key: &str| Error::Missing {
        origin: path.display().to_string(),
        network: "every HRNet-like network".to_owned(),
        count: 1,
        first: key.to_owned(),
    };
    let width = rows(STEM_EXIT).ok_or_else(|| missing(STEM_EXIT))?;
    match HEADS.map(rows) {
        [Some(joints), _, _] => Ok(SpaceSpec::top_down(width, joints)),
        [_, Some(joints), _] => Ok(SpaceSpec::bottom_up(width, joints)),
        [_, _, Some(classes)] => Ok(SpaceSpec::segmentation(width, classes)),
        [None, None, None] => Err(missing(HEADS[0])),
    }
}
