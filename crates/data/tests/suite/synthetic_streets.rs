//! The synthetic streets: same bytes for the same seed, the layout and label values of Cityscapes,
//! every class, and things at many scales.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use scalenas_data::Image8;
use scalenas_data::segmentation::{LabelMap, Labelling};
use scalenas_data::synth::{StreetConfig, write_streets};
use tempfile::TempDir;

/// Label values that streets may have: unlabeled, the own car, the 19 evaluated classes.
const KNOWN: [u8; 21] =
    [0, 1, 7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33];
const CAR: u8 = 26;
const SKY: u8 = 23;
const ROAD: u8 = 7;

fn config() -> StreetConfig {
    StreetConfig { train: 5, val: 2, height: 64, width: 128, seed: 3 }
}

/// A data set in a folder of its own.
fn written(config: &StreetConfig) -> TempDir {
    let folder = TempDir::new().unwrap();
    write_streets(folder.path(), config).unwrap();
    folder
}

/// Every file by its path below the folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, all: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, all);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                all.insert(name, fs::read(path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(folder, folder, &mut all);
    all
}

fn labels(folder: &Path, number: usize) -> LabelMap {
    let name = format!("synth_{number:06}_000000_gtFine_labelIds.png");
    let table = std::array::from_fn(|value| {
        let value = u8::try_from(value).unwrap();
        KNOWN.contains(&value).then_some(value)
    });
    let labelling = Labelling { values: table, ..Labelling::identity() };
    LabelMap::read(folder.join("gtFine/train/synth").join(name), &labelling).unwrap()
}

#[test]
fn one_seed_writes_one_data_set() {
    let (a, b) = (written(&config()), written(&config()));
    let other = written(&StreetConfig { seed: 4, ..config() });
    let (a, b, other) = (files(a.path()), files(b.path()), files(other.path()));
    assert!(a == b, "the same seed writes the same bytes");
    assert!(a.keys().eq(other.keys()));
    assert!(a.iter().all(|(name, bytes)| other[name] != *bytes), "another seed, other streets");
    let distinct: BTreeSet<_> = a.values().collect();
    assert_eq!(distinct.len(), a.len(), "pictures and parts differ");
    let more = files(written(&StreetConfig { train: 7, ..config() }).path());
    assert!(a.iter().all(|(name, bytes)| more[name] == *bytes), "more leave the others alone");
}

#[test]
fn files_are_those_of_cityscapes() {
    let folder = written(&config());
    let mut expected = BTreeSet::new();
    for (part, count) in [("train", 5), ("val", 2)] {
        for number in 0..count {
            let name = format!("{part}/synth/synth_{number:06}_000000");
            expected.insert(format!("leftImg8bit/{name}_leftImg8bit.png"));
            expected.insert(format!("gtFine/{name}_gtFine_labelIds.png"));
        }
    }
    let files = files(folder.path());
    assert!(files.keys().eq(expected.iter()), "{:?}", files.keys());
    for (name, bytes) in &files {
        let picture = Image8::decode(bytes).unwrap();
        assert_eq!((picture.width, picture.height), (128, 64), "{name}");
        // Depth and colour type of the PNG header: 8 bits, grey labels and coloured pictures.
        let kind = if name.starts_with("gtFine") { [8, 0] } else { [8, 2] };
        assert_eq!(bytes[24..26], kind, "{name}");
    }
}

#[test]
fn all_classes_appear_and_no_others() {
    let folder = written(&StreetConfig { train: 64, val: 0, ..config() });
    let mut seen = BTreeSet::new();
    let mut many = 0;
    for number in 0..64 {
        // Reading refuses values that are not known.
        let classes: BTreeSet<u8> = labels(folder.path(), number).classes.into_iter().collect();
        many += usize::from(classes.len() >= 12);
        seen.extend(classes);
    }
    assert!(
        KNOWN.iter().filter(|&&value| value != 0).all(|value| seen.contains(value)),
        "{seen:?}"
    );
    assert!(many > 32, "only {many} of 64 streets have 12 classes");
}

#[test]
fn sky_is_above_and_road_below() {
    let folder = written(&config());
    for number in 0..config().train {
        let map = labels(folder.path(), number);
        let half = map.classes.len() / 2;
        let count = |part: &[u8], label| part.iter().filter(|l| u8::eq(l, &label)).count();
        let (above, below) = map.classes.split_at(half);
        assert_eq!(count(below, SKY), 0);
        assert!(count(below, ROAD) > half / 8);
        assert!(count(above, ROAD) < half / 5);
    }
}

#[test]
fn cars_are_near_and_far() {
    let folder = written(&StreetConfig { train: 64, val: 0, height: 128, width: 256, seed: 1 });
    let mut sizes: Vec<usize> =
        (0..64).flat_map(|number| connected(&labels(folder.path(), number), CAR)).collect();
    sizes.sort_unstable();
    let (small, large) = (sizes[sizes.len() / 10], sizes[sizes.len() * 19 / 20]);
    assert!(small > 0 && large > 8 * small, "{small} to {large} pixels");
    assert!(sizes[sizes.len() - 1] > 128 * 256 / 20, "none is near");
}

#[test]
fn a_second_call_replaces_the_first() {
    let folder = written(&StreetConfig { seed: 9, train: 8, ..config() });
    let foreign = folder.path().join("leftImg8bit/train/bochum");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("bochum_000000_000000_leftImg8bit.png"), "mine").unwrap();
    write_streets(folder.path(), &config()).unwrap();
    let mut now = files(folder.path());
    let kept = now.remove("leftImg8bit/train/bochum/bochum_000000_000000_leftImg8bit.png");
    assert_eq!(kept.unwrap(), b"mine");
    assert!(now == files(written(&config()).path()), "nothing of the first call is left");
}

#[test]
fn impossible_settings_are_refused() {
    let folder = TempDir::new().unwrap();
    for (config, key) in [
        (StreetConfig { width: 63, ..config() }, "width: 63"),
        (StreetConfig { height: 0, ..config() }, "height: 0"),
        (StreetConfig { width: 8193, ..config() }, "width: 8193"),
    ] {
        let message = write_streets(folder.path(), &config).unwrap_err().to_string();
        assert!(message.contains(key), "{message}");
    }
    assert!(files(folder.path()).is_empty());
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let message = write_streets(&file, &config()).unwrap_err().to_string();
    assert!(message.contains("create the folder"), "{message}");
}

/// Pixels of each connected part of a label.
fn connected(map: &LabelMap, label: u8) -> Vec<usize> {
    let mut open: Vec<bool> = map.classes.iter().map(|value| *value == label).collect();
    let mut sizes = Vec::new();
    for start in 0..open.len() {
        let (mut stack, mut size) = (vec![start], 0);
        while let Some(pixel) = stack.pop() {
            if !std::mem::take(&mut open[pixel]) {
                continue;
            }
            size += 1;
            let column = pixel % map.width;
            stack.extend((column > 0).then(|| pixel - 1));
            stack.extend((column + 1 < map.width).then_some(pixel + 1));
            stack.extend(pixel.checked_sub(map.width));
            stack.extend(Some(pixel + map.width).filter(|below| *below < open.len()));
        }
        if size > 0 {
            sizes.push(size);
        }
    }
    sizes
}
