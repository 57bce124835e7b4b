//! Costs, masks and named architectures against the numbers of the reference implementation.

use std::path::{Path, PathBuf};

use scalenas_base::Size;
use scalenas_space::{
    Architecture, MaskFile, SpaceSpec, Tendency, cost::cost, layers, plan::Reach,
};

use crate::shared::shared;

/// Folder of the reference masks.
fn masks() -> PathBuf {
    shared().join("golden/masks")
}

fn json(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).expect("a reference file");
    serde_json::from_str(&text).expect("a JSON file")
}

/// Space, architecture and input of a name such as `P2` or `hrnet_pose_w32_256x192`.
fn resolve(masks: &Path, name: &str) -> (SpaceSpec, Architecture, Size) {
    let file = masks.join(format!("{name}.json"));
    if file.exists() {
        let mask = MaskFile::read(&file).expect("a mask");
        let space = mask.space().expect("published masks name their space");
        let input = mask.input_hw.expect("published masks name their input");
        return (space, mask.architecture(), input);
    }
    let [kind, task, width, input] = name.split('_').collect::<Vec<_>>()[..] else {
        panic!("unknown reference name {name}");
    };
    let task = if task == "seg" { "segmentation" } else { task };
    let space = SpaceSpec::preset(&format!("{task}_{width}")).expect("a preset");
    let (height, width) = input.split_once('x').expect("HEIGHTxWIDTH");
    let architecture = match kind {
        "largest" => Architecture::largest(&space),
        "smallest" => Architecture::smallest(&space),
        "hrnet" => Architecture::hrnet(&space),
        _ => panic!("unknown reference name {name}"),
    };
    let number = |text: &str| text.parse().expect("a number");
    (space, architecture, Size::new(number(height), number(width)))
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn costs_are_exact() {
    let masks = masks();
    let expected = json(&masks.join("expected_cost.json"));
    for (name, entry) in expected.as_object().expect("an object") {
        if name == "stored_supernet_parameters" {
            continue;
        }
        let (space, architecture, input) = resolve(&masks, name);
        let cost = cost(&space, &architecture, input).expect("a valid architecture");
        assert_eq!(Some(cost.parameters), entry["parameters"].as_u64(), "{name}");
        assert_eq!(Some(cost.macs), entry["macs"].as_u64(), "{name}");
        let rounded = |value: f64| (value * 100.0).round() / 100.0;
        assert_eq!(Some(rounded(cost.gmacs())), entry["gmacs"].as_f64(), "{name}");
        assert_eq!(Some(rounded(cost.gimacs())), entry["gimacs"].as_f64(), "{name}");
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn stored_supernets_have_their_parameters() {
    let masks = masks();
    let expected = json(&masks.join("expected_cost.json"));
    let stored = expected["stored_supernet_parameters"].as_object().expect("an object");
    for (preset, count) in stored {
        let space = SpaceSpec::preset(preset).expect("a preset");
        let input = Size::square(space.coarsest_stride());
        // The largest network lacks only the last row of the last module's edges.
        let mut every = Architecture::largest(&space);
        let last = every.modules.last_mut().expect("modules");
        for branch in 0..last.branches() {
            last.set_sources(branch, space.steps - 1, 0b1111);
        }
        let mut open = space.clone();
        open.last_module = scalenas_space::LastModule::AllBranches;
        let layers = layers::layers(&open, &every, input, Reach::Executed).expect("valid");
        let sum: u64 = layers.iter().map(layers::Layer::parameters).sum();
        assert_eq!(Some(sum), count.as_u64(), "{preset}");
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn published_npy_equals_json() {
    let masks = masks();
    let mut seen = 0;
    for entry in std::fs::read_dir(&masks).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "npy") {
            let from_npy = MaskFile::read(&path).expect("a mask").architecture();
            let from_json = MaskFile::read(&path.with_extension("json")).expect("a mask");
            assert_eq!(from_npy, from_json.architecture(), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 0, "no .npy masks in {}", masks.display());
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn reference_corners_are_ours() {
    let masks = masks();
    for file in ["pose_w8.json", "seg_w8.json"] {
        let golden = json(&masks.join("../model").join(file));
        let space = match file {
            "pose_w8.json" => SpaceSpec::top_down(8, 17),
            _ => SpaceSpec::segmentation(8, 19),
        };
        let read = |name: &str| {
            let modules = golden["masks"][name].clone();
            let modules = serde_json::from_value(modules).expect("modules");
            Architecture { modules }
        };
        assert_eq!(read("largest"), Architecture::largest(&space));
        assert_eq!(read("smallest").modules.len(), Architecture::smallest(&space).modules.len());
        for name in golden["masks"].as_object().expect("an object").keys() {
            read(name).validate(&space).unwrap_or_else(|e| panic!("{file} {name}: {e}"));
        }
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn the_tendency_of_the_published_networks_is_theirs() {
    let masks = masks();
    let networks = ["P1", "P2", "P3", "P4"].map(|name| resolve(&masks, name).1);
    let found = Tendency::of(&SpaceSpec::top_down(32, 17), &networks);
    let published = Tendency::published_pose();
    let pairs = [
        (&found.depth, &published.depth),
        (&found.up, &published.up),
        (&found.down, &published.down),
    ];
    for (found, published) in pairs {
        assert_eq!(found.len(), published.len());
        for (found, published) in found.iter().zip(published) {
            assert!((found - published).abs() < 5e-4, "{pairs:?}");
        }
    }
}
