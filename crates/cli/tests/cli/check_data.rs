//! `check-data`: trouble that reads without an error.

use std::fs;

use serde_json::{Value, json};

use crate::common::{Place, scalenas, tree};

/// Finding of a part about a kind of trouble.
fn finding(value: &Value, part: usize, problem: &str) -> Option<Value> {
    let findings = value["parts"][part]["findings"].as_array().unwrap();
    let is_it = |finding: &&Value| finding["problem"].as_str().unwrap().contains(problem);
    findings.iter().find(is_it).cloned()
}

/// Moves the joint at a position of a person.
fn put(person: &mut Value, joint: usize, to: [f64; 2]) {
    for (axis, value) in to.into_iter().enumerate() {
        person["keypoints"][3 * joint + axis] = json!(value);
    }
    person["keypoints"][3 * joint + 2] = json!(2);
}

/// A person who faces the camera, with every left joint right of its partner.
fn facing(person: &mut Value) {
    person["bbox"] = json!([10, 10, 60, 80]);
    for joint in 0..17 {
        let side = if joint == 0 {
            40.0
        } else if joint % 2 == 1 {
            60.0
        } else {
            20.0
        };
        put(person, joint, [side, 12.0 + 4.0 * joint as f64]);
    }
}

/// Boxes with a margin of their own are told by how little of them joints span.
#[test]
fn margins_of_boxes_show() {
    let place = Place::new();
    place.change("val", |file| {
        for person in file["annotations"].as_array_mut().unwrap() {
            facing(person);
        }
    });
    let value = scalenas(&["check-data", "--data", &place.arg("data"), "--quick", "--json"]);
    // 40 of 60 pixels across, 64 of 80 down.
    let facts = &value.good().json()["parts"][1]["facts"];
    assert_eq!(facts["joints span of their box, median"], "67 % across, 80 % down");
}

#[test]
fn trouble_is_found_counted_and_named() {
    let place = Place::new();
    let data = place.arg("data");
    let check =
        |more: &[&str]| scalenas(&[&["check-data", "--data", &data, "--json"], more].concat());
    let before = check(&["--quick"]).good().json();
    for (part, problem) in [(0, "id 0"), (0, "exchanged"), (0, "same joints"), (1, "outside its")] {
        assert_eq!(finding(&before, part, problem), None, "{before}");
    }
    place.change("train", |file| {
        let people = file["annotations"].as_array_mut().unwrap();
        facing(&mut people[0]);
        let mut again = people[0].clone();
        again["id"] = json!(0);
        // The left wrist of the second person lies where the right one should.
        facing(&mut people[1]);
        put(&mut people[1], 9, [15.0, 50.0]);
        put(&mut people[1], 10, [65.0, 50.0]);
        people.push(again);
    });
    place.change("val", |file| {
        let people = file["annotations"].as_array_mut().unwrap();
        put(&mut people[0], 0, [500.0, 20.0]);
        people[1]["area"] = json!(0);
    });
    let after = check(&["--quick"]).good().json();
    let count = |part, problem| finding(&after, part, problem).map(|found| found["count"].clone());
    assert_eq!(count(0, "id 0"), Some(json!(1)));
    assert_eq!(count(0, "same joints"), Some(json!(1)));
    let swapped = finding(&after, 0, "exchanged").unwrap();
    let named = swapped["examples"].as_array().unwrap();
    assert!(named.iter().any(|case| case.as_str().unwrap().contains("left_wrist and right_wrist")));
    assert_eq!(count(1, "outside its picture"), Some(json!(1)));
    let far = finding(&after, 1, "far outside").unwrap();
    assert!(far["examples"][0].as_str().unwrap().contains("nose at (500, 20)"), "{far}");
    assert_eq!(count(1, "cannot be cropped"), Some(json!(1)));
}

#[test]
fn pictures_are_opened_and_compared() {
    let place = Place::new();
    let data = place.arg("data");
    let folder = |part: &str| place.path(&format!("data/images/{part}2017"));
    let train = tree(&folder("train"));
    let val = tree(&folder("val"));
    // A held-out picture is a training picture, and another one is cut off.
    fs::write(folder("val").join(&val[0].0), &train[5].1).unwrap();
    fs::write(folder("val").join(&val[1].0), &val[1].1[..400]).unwrap();
    let sheet = place.arg("sheet.svg");
    let ran = scalenas(&["check-data", "--data", &data, "--sheet", &sheet, "--json"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("1 kind of trouble stops a run"), "{ran:#?}");
    let value = ran.json();
    let same = finding(&value, 1, "nearly a training picture").unwrap();
    let named = same["examples"][0].as_str().unwrap();
    assert!(named.contains(&val[0].0) && named.contains(&train[5].0), "{same}");
    let broken = finding(&value, 1, "cannot be used").unwrap();
    assert_eq!(broken["count"], 1);
    assert!(broken["examples"][0].as_str().unwrap().contains(&val[1].0), "{broken}");
    let drawn = fs::read_to_string(&sheet).unwrap();
    assert_eq!(drawn.matches("<image").count(), 8 + 2, "a broken picture is not drawn");
}

#[test]
fn facts_are_guessed_and_learnt_with() {
    let place = Place::new();
    for part in ["train", "val"] {
        place.change(part, |file| {
            file["categories"][0]["keypoints"] = json!(["snout", "LeftPaw", "RightPaw"]);
            file["categories"][0]["skeleton"] = json!([[1, 2], [1, 3]]);
            for person in file["annotations"].as_array_mut().unwrap() {
                let joints = person["keypoints"].as_array().unwrap()[..9].to_vec();
                person["num_keypoints"] =
                    joints.iter().skip(2).step_by(3).filter(|v| **v != 0).count().into();
                person["keypoints"] = joints.into();
            }
        });
    }
    let (data, facts) = (place.arg("data"), place.arg("animal.ron"));
    let guess = ["check-data", "--data", &data, "--write-facts", &facts];
    scalenas(&["check-data", "--data", &data]).fixable(&["17", "3"]);
    scalenas(&guess).good();
    let text = fs::read_to_string(&facts).unwrap();
    assert!(text.contains("flip_pairs: [(1, 2)]"), "{text}");
    assert!(text.contains("skeleton: [(0, 1), (0, 2)]"), "{text}");
    scalenas(&guess).fixable(&["animal.ron", "is there already", "--facts"]);
    place.supernet("run", &["--set", &format!("facts={facts}")]).good();
    let streets = ["--task", "segmentation", "--write-facts", &place.arg("classes.ron")];
    scalenas(&[&["check-data", "--data", &data], &streets[..]].concat()).fixable(&["--task pose"]);
}

#[test]
fn labelled_pictures_are_counted() {
    let place = Place::empty();
    let streets = place.arg("streets");
    let size = ["--size", "64x96", "--train", "3", "--val", "2"];
    let synth = ["synth", "--task", "segmentation", "--out", &streets];
    scalenas(&[&synth[..], &size].concat()).good();
    let check = ["check-data", "--task", "segmentation", "--data", &streets, "--json"];
    let value = scalenas(&check).good().json();
    let share = value["parts"][0]["facts"]["road of the labelled"].as_str().unwrap().to_owned();
    assert!(share.ends_with('%') && !share.starts_with("0.00"), "{value}");
    let labels = tree(&place.path("streets/gtFine/val"));
    let (name, _) = labels.iter().find(|(name, _)| name.ends_with("_labelIds.png")).unwrap();
    fs::write(place.path("streets/gtFine/val").join(name), b"no picture").unwrap();
    let ran = scalenas(&check);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    let broken = finding(&ran.json(), 1, "label picture that cannot be used").unwrap();
    assert!(broken["examples"][0].as_str().unwrap().contains(name), "{broken}");
    scalenas(&["check-data", "--json"]).fixable(&["--data", "--annotations"]);
}
