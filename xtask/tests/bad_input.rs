//! What a user gets wrong: told by file, key and value, with exit code 2 and nothing half-written.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

mod common;

use std::fs;

use common::{Place, Ran, shared, text, tree, xtask};
use serde_json::json;

/// Trains into a folder that must not be there afterwards.
fn refused(place: &Place, more: &[&str], said: &[&str]) {
    place.supernet("refused", more).fixable(said);
    assert!(!place.path("refused").exists(), "{:?}", fs::read_dir(place.path("refused")));
}

/// Every annotation of the training part.
fn annotation(file: &mut serde_json::Value, index: usize) -> &mut serde_json::Value {
    &mut file["annotations"][index]
}

#[test]
fn pictures_that_are_missing_or_damaged() {
    for damage in ["missing", "truncated"] {
        let place = Place::new();
        let pictures = tree(&place.path("data/images/train2017"));
        let (name, bytes) = &pictures[0];
        let path = place.path("data/images/train2017").join(name);
        if damage == "missing" {
            fs::remove_file(&path).unwrap();
        } else {
            fs::write(&path, &bytes[..bytes.len() / 3]).unwrap();
        }
        refused(&place, &[], &[name, "--skip-bad-images"]);
        let ran = place.supernet("skipped", &["--skip-bad-images", "--json"]).good();
        assert_eq!(ran.json()["skipped_images"], 1, "{ran:#?}");
        assert!(ran.stderr.contains(name.as_str()), "{ran:#?}");
    }
}

#[test]
fn annotations_that_are_cut_off() {
    let place = Place::new();
    let path = place.annotations("train");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    refused(&place, &[], &["person_keypoints_train2017.json", "line", "column"]);
}

#[test]
fn annotations_that_contradict_themselves() {
    type Damage = fn(&mut serde_json::Value);
    let cases: [(Damage, &[&str]); 3] = [
        (
            |file| annotation(file, 0)["keypoints"] = json!(vec![0; 42]),
            &["annotation", "keypoints", "14 joints", "17"],
        ),
        (
            |file| {
                let id = annotation(file, 0)["id"].clone();
                annotation(file, 1)["id"] = id;
            },
            &["id"],
        ),
        (|file| annotation(file, 0)["image_id"] = json!(987_654), &["987654"]),
    ];
    for (damage, said) in cases {
        let place = Place::new();
        place.change("train", damage);
        let said: Vec<&str> =
            said.iter().copied().chain(["person_keypoints_train2017.json"]).collect();
        refused(&place, &[], &said);
    }
}

#[test]
fn boxes_without_a_picture_are_left_out_or_named() {
    let whole = Place::new();
    let people = |place: &Place| -> Ran { place.supernet("plan", &["--dry-run", "--json"]) };
    let before = people(&whole).good().json()["train_people"].as_u64().unwrap();
    for (key, value) in [("bbox", json!([5000, 5000, 10, 10])), ("area", json!(0))] {
        let place = Place::new();
        place.change("train", |file| annotation(file, 0)[key] = value);
        let ran = people(&place);
        if ran.code == Some(0) {
            // Training people have an area and a box on their picture: the published rule.
            assert_eq!(ran.json()["train_people"].as_u64(), Some(before - 1), "{key}");
        } else {
            ran.fixable(&[key, "person_keypoints_train2017.json"]);
        }
    }
}

#[test]
fn results_that_cannot_be_scored() {
    let place = Place::new();
    let annotations = place.annotations("val");
    let results = place.arg("results.json");
    let score = || {
        xtask(&["eval-pose", "--results", &results, "--annotations", text(&annotations), "--json"])
    };
    fs::write(&results, "[{\"image_id\": 1").unwrap();
    score().fixable(&["results.json"]);
    let wrong = json!([{"image_id": 1, "category_id": 1, "score": 0.5, "keypoints": [1, 2, 3]}]);
    fs::write(&results, wrong.to_string()).unwrap();
    score().fixable(&["results.json", "result 0", "1 joint", "17"]);
    let unknown = json!([{
        "image_id": 987_654, "category_id": 1, "score": 0.5, "keypoints": vec![1.0; 51],
    }]);
    fs::write(&results, unknown.to_string()).unwrap();
    score().fixable(&["results.json", "987654"]);
}

#[test]
fn masks_of_another_space() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let Some(shared) = shared() else { return };
    let mask = shared.join("golden/masks/P1.json");
    let run = place.arg("run");
    xtask(&["eval-pose", "--run", &run, "--arch", text(&mask)]).fixable(&["P1.json", "module"]);
    let cost = ["cost", "--arch", text(&mask), "--space", "tiny", "--input", "64x64"];
    xtask(&cost).fixable(&["P1.json", "module"]);
}

#[test]
fn checkpoints_of_another_width() {
    let place = Place::new();
    let Some(shared) = shared() else { return };
    let weights = place.arg("w8.safetensors");
    let pth = shared.join("golden/bottom_up/hrnet_pose_w8.pth");
    xtask(&["import", "--pth", text(&pth), "--out", &weights]).good();
    let change = format!("train.initial={weights}");
    refused(&place, &["--set", &change], &["train.initial", "w8.safetensors"]);
    let cut = place.arg("cut.pth");
    let bytes = fs::read(&pth).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let out = place.arg("cut.safetensors");
    xtask(&["import", "--pth", &cut, "--out", &out]).fixable(&["cut.pth"]);
    assert!(!place.path("cut.safetensors").exists());
}

#[test]
fn keys_that_do_not_exist() {
    let place = Place::new();
    let config = place.arg("small.ron");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("epochs", "epohcs")).unwrap();
    refused(&place, &[], &["small.ron", "epohcs", "epochs"]);
    fs::write(&config, text.replace("learning_rate: 1e-3", "learning_rate: \"fast\"")).unwrap();
    refused(&place, &[], &["small.ron", "learning_rate"]);
    fs::write(&config, text.replace("tiny", "tinny")).unwrap();
    refused(&place, &[], &["small.ron", "tinny", "tiny"]);
}

#[test]
fn options_out_of_range() {
    let place = Place::new();
    refused(&place, &["--epochs", "0"], &["epochs", "0"]);
    refused(&place, &["--batch", "1000"], &["batch", "1000"]);
    refused(&place, &["--set", "train.decay=-1"], &["decay", "-1"]);
    refused(&place, &["--set", "nothing"], &["KEY=VALUE"]);
    let data = place.arg("nowhere");
    let config = place.arg("small.ron");
    xtask(&["supernet", "--config", &config, "--data", &data]).fixable(&["nowhere", "annotations"]);
    xtask(&["evolve", "--run", &data]).fixable(&["nowhere"]);
    xtask(&["report", "--run", &data]).fixable(&["nowhere"]);
}

#[test]
fn devices_that_are_not_built_in() {
    let place = Place::new();
    for device in ["wgpu", "vulkan", "cuda"] {
        if cfg!(feature = "wgpu") || cfg!(feature = "vulkan") || cfg!(feature = "cuda") {
            continue;
        }
        refused(&place, &["--device", device], &[device, "--features"]);
    }
    refused(&place, &["--device", "tpu"], &["tpu", "cpu"]);
}

/// A file system with next to no room, where the test may make one.
#[cfg(target_os = "linux")]
#[test]
fn no_space_left() {
    let place = Place::new();
    let disk = place.path("disk");
    fs::create_dir(&disk).unwrap();
    let mount = ["-t", "tmpfs", "-o", "size=256k", "none", text(&disk)];
    let mounted = std::process::Command::new("mount").args(mount).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: may not mount a small disk");
        return;
    }
    let ran = place.supernet("disk/run", &[]);
    let left = tree(&place.path("disk"));
    let _ = std::process::Command::new("umount").arg(&disk).status();
    ran.fixable(&["disk/run"]);
    assert!(left.is_empty(), "{:?}", left.iter().map(|(name, _)| name).collect::<Vec<_>>());
}

#[test]
fn help_has_examples() {
    let verbs =
        ["quickstart", "synth", "supernet", "evolve", "eval-pose", "cost", "import", "report"];
    for verb in verbs {
        let ran = xtask(&[verb, "--help"]).good();
        assert!(ran.stdout.contains(&format!("cargo xtask {verb}")), "{ran:#?}");
    }
    xtask(&["supernett"]).fixable(&["supernet"]);
}
