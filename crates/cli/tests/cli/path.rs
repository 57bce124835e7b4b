//! The path of a user with joints of their own: train, search, fine-tune, export, predict.

use std::fs;

use serde_json::{Value, json};

use crate::common::{Place, read_json, scalenas, text, tree};
use crate::shared::shared;

/// Names of the joints of an animal.
const JOINTS: [&str; 9] = [
    "snout",
    "left_ear",
    "right_ear",
    "neck",
    "tail",
    "left_fore",
    "right_fore",
    "left_hind",
    "right_hind",
];

/// A data set with nine joints and facts of its own.
fn animals() -> Place {
    let place = Place::new();
    let facts = format!(
        "(name: \"animals\", joints: {JOINTS:?}, flip_pairs: [(1, 2), (5, 6), (7, 8)], \
         upper_body: [0, 1, 2, 3, 5, 6], lower_body: [4, 7, 8], sigmas: {:?}, \
         skeleton: [(0, 3), (3, 4), (3, 5), (3, 6), (4, 7), (4, 8)])",
        [0.05; 9]
    );
    fs::write(place.path("animals.ron"), facts).unwrap();
    for split in ["train", "val"] {
        place.change(split, |file| {
            file["categories"] = json!([{ "id": 1, "name": "animal", "keypoints": JOINTS }]);
            for animal in file["annotations"].as_array_mut().unwrap() {
                let joints = animal["keypoints"].as_array().unwrap()[..3 * JOINTS.len()].to_vec();
                let labelled = joints.iter().skip(2).step_by(3).filter(|v| **v != 0).count();
                animal["num_keypoints"] = labelled.into();
                animal["keypoints"] = joints.into();
            }
        });
    }
    place
}

#[test]
fn from_own_joints_to_predictions() {
    let place = animals();
    let (data, own) = (place.arg("data"), place.arg("animals.ron"));
    let sheet = place.arg("sheet.svg");
    scalenas(&["check-data", "--data", &data, "--facts", &own, "--sheet", &sheet]).good();
    let facts = format!("facts={}", place.arg("animals.ron"));
    place.supernet("run", &["--set", &facts]).good();
    let (run, tuned, net) = (place.arg("run"), place.arg("run-best"), place.arg("net.onnx"));
    scalenas(&["evolve", "--run", &run]).good();
    // Beside the run, with the name of the architecture.
    scalenas(&["finetune", "--run", &run, "--epochs", "1"]).good();
    let distances =
        scalenas(&["eval-pose", "--run", &tuned, "--json"]).good().json()["distances"].clone();
    assert_eq!(distances["pck_of"], "box");
    scalenas(&["export", "--run", &tuned, "--decode", "--out", &net]).good();
    let about = read_json(&place.path("net.json"));
    assert_eq!(about["heads"][0]["joints"], json!(JOINTS));
    assert_eq!(about["outputs"][0]["shape"], json!(["batch", 9, 2]));
    let (images, out, drawn) =
        (place.arg("data/images/val2017"), place.arg("found.json"), place.arg("drawn"));
    let boxes = place.annotations("val");
    let words = ["infer", "--run", &tuned, "--boxes", text(&boxes), &images, "--out", &out];
    scalenas(&[&words[..], &["--pictures", &drawn]].concat()).good();
    let found = read_json(&place.path("found.json"));
    assert_eq!(found["categories"][0]["keypoints"], json!(JOINTS));
    let people: &Vec<Value> = found["annotations"].as_array().unwrap();
    assert!(
        !people.is_empty() && people.iter().all(|p| p["keypoints"].as_array().unwrap().len() == 27)
    );
    assert_eq!(tree(&place.path("drawn")).len(), 3);
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn from_frames_of_a_mouse_to_predictions() {
    let mouse = shared().join("data/openfield-mouse");
    let place = Place::new();
    let (data, own) = (text(&mouse).to_owned(), place.arg("mouse.ron"));
    let guess = ["check-data", "--data", &data, "--write-facts", &own, "--quick"];
    scalenas(&guess).good();
    let [run, tuned, net] = ["run", "run-best", "net.onnx"].map(|name| place.arg(name));
    let (config, facts) = (place.arg("small.ron"), format!("facts={own}"));
    let train = ["supernet", "--config", &config, "--data", &data, "--set", &facts, "--out", &run];
    // No boxes: there is one mouse in a frame.
    scalenas(&[&train[..], &["--boxes", "whole", "--epochs", "1"]].concat()).good();
    scalenas(&["evolve", "--run", &run]).good();
    scalenas(&["finetune", "--run", &run, "--epochs", "1"]).good();
    scalenas(&["export", "--run", &tuned, "--decode", "--out", &net]).good();
    assert_eq!(read_json(&place.path("net.json"))["heads"][0]["joints"][0], "snout");
    let (frames, csv) = (mouse.join("images/val2017"), place.arg("joints.csv"));
    scalenas(&["infer", "--run", &tuned, text(&frames), "--csv", &csv]).good();
    let rows = fs::read_to_string(place.path("joints.csv")).unwrap().lines().count();
    assert_eq!(rows, 1 + fs::read_dir(frames).unwrap().count());
}
