//! The path of a user with joints of their own: train, search, fine-tune, export, predict.

use std::fs;

use serde_json::{Value, json};

use crate::common::{Place, read_json, scalenas, text, tree};

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
