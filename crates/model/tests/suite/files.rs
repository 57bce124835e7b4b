//! Files of networks: every bit comes back, and a foreign file is named and changes nothing.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scalenas_model::import::read_pth;
use scalenas_model::{Absent, NamedParameters, ScaleNet, Supernet, load_supernet, save_supernet};
use tempfile::TempDir;

use crate::common::nets::{calibrated, family, pictures, spec, supernet};
use crate::common::{Plain, device, shared};

/// A folder that goes away with the test, and files in it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// Beginnings of a file, none of which is whole.
fn cuts(bytes: &[u8]) -> [&[u8]; 4] {
    [0, 7, bytes.len() / 2, bytes.len() - 1].map(|length| &bytes[..length])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn files_keep_every_bit(seed in 0u64..1000) {
        let (spec, place) = (spec(), Place::new());
        let supernet = supernet(&spec);
        let [first, second] = ["first", "second"].map(|n| place.file(n).with_extension("safetensors"));
        for architecture in family(&spec, seed) {
            let statistics = calibrated(&supernet, &architecture);
            save_supernet(&first, &supernet, statistics.statistics()).unwrap();
            let (read, read_statistics) = load_supernet::<Plain>(&first, &device()).unwrap();
            prop_assert!(read.to_named() == supernet.to_named());
            prop_assert!(read_statistics.to_named() == statistics.statistics().to_named());
            prop_assert_eq!(read.spec(), &spec);
            save_supernet(&second, &read, &read_statistics).unwrap();
            prop_assert!(fs::read(&first).unwrap() == fs::read(&second).unwrap());

            let network = supernet.extract(&architecture, &statistics);
            network.save(&first).unwrap();
            let read = ScaleNet::<Plain>::load(&first, &device()).unwrap();
            prop_assert_eq!(read.architecture(), &architecture);
            read.save(&second).unwrap();
            prop_assert!(fs::read(&first).unwrap() == fs::read(&second).unwrap());
            let x = pictures(1, 2);
            prop_assert_eq!(read.forward(x.clone()).into_data(), network.forward(x).into_data());
        }
    }
}

#[test]
fn a_checkpoint_of_another_width_changes_nothing() {
    let spec = spec();
    let mut wider = spec.clone();
    wider.widths[0] *= 2;
    let other = Supernet::<Plain>::new(&wider, 0, &device()).to_named();
    let mut supernet = supernet(&spec);
    let before = supernet.to_named();
    let said = supernet.load_named(&other, Absent::Refuse, "wide.pth").unwrap_err().to_string();
    let (key, found) = other.iter().find(|(key, _)| said.contains(*key)).unwrap();
    let expected = &before[key];
    assert_ne!(found.shape, expected.shape, "{key}");
    for word in [
        "wide.pth",
        &format!("{:?}", found.shape.to_vec()),
        &format!("{:?}", expected.shape.to_vec()),
    ] {
        assert!(said.contains(word), "{said} lacks {word}");
    }
    assert!(supernet.to_named() == before);
}

#[test]
fn a_checkpoint_with_gaps_changes_nothing() {
    let spec = spec();
    let mut supernet = supernet(&spec);
    let before = supernet.to_named();
    let mut gaps = Supernet::<Plain>::new(&spec, 5, &device()).to_named();
    let (absent, _) = gaps.pop_last().unwrap();
    let said = supernet.load_named(&gaps, Absent::Refuse, "gaps").unwrap_err().to_string();
    assert!(said.contains("gaps") && said.contains(&absent), "{said}");
    assert!(supernet.to_named() == before);
    let applied = supernet.load_named(&gaps, Absent::Keep, "gaps").unwrap();
    assert_eq!(applied.missing, [&*absent]);
    assert!(supernet.to_named()[&absent] == before[&absent]);
}

#[test]
fn a_file_cut_off_is_named() {
    let (spec, place) = (spec(), Place::new());
    let supernet = supernet(&spec);
    let architecture = &family(&spec, 0)[0];
    let (whole, cut) = (place.file("whole.safetensors"), place.file("cut.safetensors"));
    let statistics = calibrated(&supernet, architecture);
    supernet.extract(architecture, &statistics).save(&whole).unwrap();
    let network = fs::read(&whole).unwrap();
    save_supernet(&whole, &supernet, statistics.statistics()).unwrap();
    let all = fs::read(&whole).unwrap();
    let names = |error: scalenas_model::Error| {
        assert!(error.to_string().contains("cut.safetensors"), "{error}");
    };
    for bytes in cuts(&all) {
        fs::write(&cut, bytes).unwrap();
        names(load_supernet::<Plain>(&cut, &device()).unwrap_err());
    }
    for bytes in cuts(&network) {
        fs::write(&cut, bytes).unwrap();
        names(ScaleNet::<Plain>::load(&cut, &device()).unwrap_err());
    }
    // One for the other: no network without an architecture.
    fs::write(&cut, &all).unwrap();
    names(ScaleNet::<Plain>::load(&cut, &device()).unwrap_err());
    fs::remove_file(&cut).unwrap();
    names(load_supernet::<Plain>(&cut, &device()).unwrap_err());
}

/// Statistics that do not cover a network are an error when it is read, not when it runs.
#[test]
fn a_network_without_statistics_is_refused() {
    let (spec, place) = (spec(), Place::new());
    let supernet = supernet(&spec);
    let architecture = &family(&spec, 0)[0];
    let mut tensors = supernet.to_named();
    tensors.extend(calibrated(&supernet, architecture).statistics().to_named());
    let key = tensors.keys().find(|key| key.ends_with(".running_var")).unwrap().clone();
    tensors.remove(&key);
    let path = place.file("gaps.safetensors").display().to_string();
    let read = ScaleNet::<Plain>::from_named(&spec, architecture, &tensors, &path, &device());
    let said = read.unwrap_err().to_string();
    let layer = key.trim_end_matches(".running_var");
    assert!(said.contains(&path) && said.contains(layer), "{said}");
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn a_pytorch_file_cut_off_is_named() {
    let place = Place::new();
    let cut = place.file("cut.pth");
    let refuse = |path: &Path| {
        let said = read_pth(path).unwrap_err().to_string();
        assert!(said.contains("cut.pth"), "{said}");
    };
    refuse(&cut);
    fs::write(&cut, "not a checkpoint").unwrap();
    refuse(&cut);
    let shared = shared();
    let bytes = fs::read(shared.join("golden/bottom_up/hrnet_pose_w8.pth")).unwrap();
    for bytes in cuts(&bytes) {
        fs::write(&cut, bytes).unwrap();
        refuse(&cut);
    }
}
