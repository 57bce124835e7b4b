//! Real photographs: training on some, and evaluation with detected boxes.

use std::fs;
use std::path::Path;

use crate::common::{Place, read_json, scalenas, text};
use crate::shared::shared;
use serde_json::{Value, json};

/// Photographs of the short version; `docs/results.md` has the long one on all of them.
const PICTURES: usize = 6;

/// A COCO folder with the first few training pictures that show people.
fn few(place: &Place, coco: &Path) {
    let folder = place.path("few");
    fs::create_dir_all(folder.join("annotations")).unwrap();
    let from = coco.join("annotations/person_keypoints_train2017.json");
    let mut file = read_json(&from);
    let people = file["annotations"].as_array().unwrap();
    let labelled = people.iter().filter(|a| a["num_keypoints"].as_u64() > Some(8));
    let mut ids: Vec<i64> = labelled.filter_map(|a| a["image_id"].as_i64()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(PICTURES);
    let keep = |value: &Value, key: &str| ids.contains(&value[key].as_i64().unwrap());
    file["images"].as_array_mut().unwrap().retain(|image| keep(image, "id"));
    file["annotations"].as_array_mut().unwrap().retain(|person| keep(person, "image_id"));
    for split in ["train", "val"] {
        let pictures = folder.join(format!("images/{split}2017"));
        fs::create_dir_all(&pictures).unwrap();
        let annotations = format!("annotations/person_keypoints_{split}2017.json");
        fs::write(folder.join(annotations), file.to_string()).unwrap();
        for image in file["images"].as_array().unwrap() {
            let name = image["file_name"].as_str().unwrap();
            fs::copy(coco.join("images/train2017").join(name), pictures.join(name)).unwrap();
        }
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn a_supernet_learns_photographs() {
    let shared = shared();
    let place = Place::new();
    few(&place, &shared.join("data/coco_mini"));
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../../configs/pose/memorise.ron");
    let (data, run) = (place.arg("few"), place.arg("run"));
    let train = |out: &str, change: &str| {
        let mut arguments = vec!["supernet", "--config", config, "--data", &data, "--out", out];
        arguments.extend(["--set", "input=[128, 96]", "--set", "train.validate_every=1000"]);
        arguments.extend(["--set", "train.milestones=[250]", "--set", change]);
        arguments.extend(["--set", "train.checkpoint_every=1000", "--batch", "4"]);
        scalenas(&arguments).good();
    };
    let score = |run: &str| {
        let arguments = ["eval-pose", "--run", run, "--split", "train", "--flip-test", "off"];
        let ran = scalenas(&[&arguments[..], &["--arch", "largest", "--json"]].concat()).good();
        ran.json()["AP"].as_f64().unwrap()
    };
    train(&run, "train.epochs=300");
    let lines = fs::read_to_string(place.path("run/metrics.jsonl")).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let losses: Vec<f64> = lines.filter_map(|line| line["loss"].as_f64()).collect();
    assert!(losses[losses.len() - 1] < losses[0] * 0.7, "{losses:?}");
    let random = place.arg("random");
    train(&random, "train.epochs=1");
    let (random, learnt) = (score(&random), score(&run));
    assert!(learnt > random + 0.1, "AP {learnt}, of a random net {random}");
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn detected_boxes_are_evaluated() {
    let shared = shared();
    let place = Place::new();
    place.supernet("run", &[]).good();
    let sample = shared.join("data/coco_sample");
    let mut found = Vec::new();
    let mut folders = vec![sample.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    let json = |key: &str| {
        let is = |path: &&std::path::PathBuf| {
            path.extension().is_some_and(|extension| extension == "json")
                && match read_json(path) {
                    Value::Array(list) => list[0].get(key).is_some(),
                    Value::Object(file) => file.get(key).is_some(),
                    _ => false,
                }
        };
        found.iter().find(is).unwrap_or_else(|| panic!("no {key} in {found:?}"))
    };
    let picture = found.iter().find(|p| p.extension().is_some_and(|e| e == "jpg")).unwrap();
    let (annotations, detections) = (json("annotations"), json("bbox"));
    let (run, out) = (place.arg("run"), place.arg("results.json"));
    let mut arguments = vec!["eval-pose", "--run", &run, "--annotations", text(annotations)];
    arguments.extend(["--images", text(picture.parent().unwrap())]);
    arguments.extend(["--detections", text(detections), "--out", &out, "--json"]);
    let ran = scalenas(&arguments).good();
    assert!(ran.json()["AP"].as_f64().is_some(), "{ran:#?}");
    let results = read_json(&place.path("results.json"));
    assert!(!results.as_array().unwrap().is_empty());
    assert_eq!(results[0]["category_id"], json!(1));
}
