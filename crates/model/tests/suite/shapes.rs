//! Files of networks in which one tensor has another shape: key and both shapes are named.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use scalenas_model::{ScaleNet, load_supernet, save_supernet};

use crate::common::Plain;
use crate::common::device;
use crate::common::nets::{calibrated, family, spec, supernet};

/// Shapes that a tensor does not have: too short, too long, transposed, of other ranks.
fn others(shape: &[usize]) -> Vec<Vec<usize>> {
    let mut longer = shape.to_vec();
    longer[0] += 1;
    let mut shorter = shape.to_vec();
    shorter[0] -= 1;
    let mut turned = shape.to_vec();
    turned.reverse();
    let flat = vec![shape.iter().product()];
    let deeper = [&[1], shape].concat();
    let mut others = vec![longer, shorter, turned, flat, deeper];
    others.retain(|other| other != shape);
    others
}

/// The file with one tensor of ones in another shape.
fn changed(bytes: &[u8], key: &str, shape: &[usize]) -> Vec<u8> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).unwrap();
    let file = SafeTensors::deserialize(bytes).unwrap();
    let values: Vec<u8> =
        std::iter::repeat_n(1.0f32.to_le_bytes(), shape.iter().product()).flatten().collect();
    let views: HashMap<String, TensorView<'_>> = file
        .iter()
        .map(|(name, view)| {
            let view = if name == key {
                TensorView::new(Dtype::F32, shape.to_vec(), &values).unwrap()
            } else {
                view
            };
            (name.to_owned(), view)
        })
        .collect();
    safetensors::serialize(views, metadata.metadata().clone()).unwrap()
}

/// Reads the file with every kind of tensor in every other shape; each must be refused.
fn refuse_all(path: &Path, read: impl Fn(&Path) -> scalenas_model::Result<()>) {
    let sound = fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&sound).unwrap();
    let mut names: Vec<&str> = file.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    let ends = [".conv1.weight", ".bn1.weight", ".bn1.bias", ".running_mean", ".running_var"];
    let kernel = |name: &&&str| {
        let shape = file.tensor(name).unwrap().shape().to_vec();
        name.ends_with("0.0.weight") && shape.len() == 4 && shape[0] != shape[1]
    };
    let picked = ends.iter().filter_map(|end| names.iter().rev().find(|name| name.ends_with(end)));
    let picked: Vec<&str> = picked.chain(names.iter().find(kernel)).copied().collect();
    assert!(picked.len() >= 5, "{picked:?}");
    for key in picked {
        let shape = file.tensor(key).unwrap().shape().to_vec();
        for other in others(&shape) {
            fs::write(path, changed(&sound, key, &other)).unwrap();
            let said = read(path).unwrap_err().to_string();
            let name = path.file_name().unwrap().to_str().unwrap();
            for word in [key, name, &format!("{other:?}"), &format!("{shape:?}")] {
                assert!(said.contains(word), "{word} is not said of {other:?} in: {said}");
            }
        }
    }
    fs::write(path, sound).unwrap();
    read(path).unwrap();
}

#[test]
fn of_other_shapes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.safetensors");
    let spec = spec();
    let supernet = supernet(&spec);
    let architecture = &family(&spec, 0)[0];
    let statistics = supernet.initial_statistics(&device());
    save_supernet(&path, &supernet, &statistics).unwrap();
    refuse_all(&path, |path| load_supernet::<Plain>(path, &device()).map(drop));
    supernet.extract(architecture, &calibrated(&supernet, architecture)).save(&path).unwrap();
    refuse_all(&path, |path| ScaleNet::<Plain>::load(path, &device()).map(drop));
}

#[test]
#[should_panic(expected = "sides must be multiples of")]
fn pictures_whose_branches_do_not_cover_each_other() {
    let spec = spec();
    let supernet = supernet(&spec);
    let architecture = &family(&spec, 0)[0];
    let network = supernet.extract(architecture, &calibrated(&supernet, architecture));
    network.forward(burn::tensor::Tensor::zeros([1, 3, 50, 64], &device()));
}
