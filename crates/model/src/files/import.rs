//! Import of PyTorch checkpoints (`.pth`): supernets, HRNet, HigherHRNet, and files of this crate.
//!
//! Tensors are matched by name and shape. `num_batches_tracked` counters are dropped, dictionaries and
//! prefixes of training programs around the network are passed over (`Names`), and plain HRNet's one
//! `fuse_layers` of each module becomes step 4 of the supernet, which makes it the HRNet point of the
//! space.

use std::collections::BTreeMap;
use std::path::Path;

use scalenas_space::SpaceSpec;

use super::names::{HEADS, Names, STEM_EXIT};
use super::parameters::NamedTensors;
use super::pth::PthFile;
use crate::error::{Error, Result};

/// Step (counted from one) whose fusion plain HRNet has.
const HRNET_FUSION_STEP: usize = 4;

/// End of the names of PyTorch's counters of batches.
const COUNTER: &str = "num_batches_tracked";

/// Matrix that is a 1x1 convolution here.
const CLASSIFIER: &str = "classifier.weight";

/// Kind of network in a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A weight-sharing supernet: fusion layers for every step.
    Supernet,
    /// Plain HRNet, or HigherHRNet: one fusion per module.
    HrNet,
}

/// A checkpoint under the supernet's names.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// Parameters and running statistics.
    pub tensors: NamedTensors,
    /// Kind of network in the file.
    pub kind: Kind,
    /// Space of the network, read off the tensors' shapes.
    pub spec: SpaceSpec,
    /// Tensors that have another name in the file.
    pub renamed: usize,
    /// Names in the file of tensors that are no part of the network.
    pub unused: Vec<String>,
}

/// Reads the network of a PyTorch checkpoint. Nothing in the file is executed.
///
/// # Errors
/// Names the file and what it is if it is no checkpoint, the key of a tensor that is damaged, and the
/// first tensor that every HRNet-like network has and this one lacks.
pub fn read_pth(path: &Path) -> Result<Checkpoint> {
    let file = PthFile::open(path)?;
    let mut wanted = network(&file);
    let kind = kind(path, &wanted)?;
    for name in wanted.values_mut() {
        *name = supernet_name(name, kind);
    }
    let renamed = wanted.iter().filter(|(name, own)| name != own).count();
    let unused = file.names().filter(|name| !name.ends_with(COUNTER));
    let unused = unused.filter(|name| !wanted.contains_key(*name)).map(str::to_owned).collect();
    let mut tensors = file.read(&wanted)?;
    if let Some(classifier) = tensors.get_mut(CLASSIFIER)
        && let [classes, features] = classifier.shape[..]
    {
        classifier.shape = [classes, features, 1, 1].into();
    }
    let spec = infer_spec(path, &tensors)?;
    Ok(Checkpoint { tensors, kind, spec, renamed, unused })
}

/// Own names of the network's tensors by their names in the file, without counters.
fn network(file: &PthFile) -> BTreeMap<String, String> {
    let names: Vec<&str> = file.names().collect();
    let network = Names::find(&names);
    let learned = names.iter().filter(|name| !name.ends_with(COUNTER));
    let own = learned.filter_map(|name| Some(((*name).to_owned(), network.own_name(name)?)));
    own.collect()
}

fn kind(path: &Path, tensors: &BTreeMap<String, String>) -> Result<Kind> {
    if tensors.values().any(|name| name.contains(".fuse_layers_1.")) {
        Ok(Kind::Supernet)
    } else if tensors.values().any(|name| name.contains(".fuse_layers.")) {
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
        [Some(joints), ..] => Ok(SpaceSpec::top_down(width, joints)),
        [_, Some(joints), ..] => Ok(SpaceSpec::bottom_up(width, joints)),
        [_, _, Some(classes), _] => Ok(SpaceSpec::segmentation(width, classes)),
        [.., Some(classes)] => Ok(SpaceSpec::classification(width, classes)),
        [None, None, None, None] => Err(missing(HEADS[0])),
    }
}
