//! Broken data sets: each gets an error that names file, key, value and what is accepted.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use scalenas_base::Size;
use scalenas_coco::{CocoKeypoints, Error, Note, detections};
use scalenas_data::{
    BadImages, HeatmapCodec, Image8, KeypointFacts, TopDownDataset, training_people,
};
use serde_json::{Value, json};
use tempfile::TempDir;

const INPUT: Size = Size::new(64, 48);

fn annotation(id: i64, image: i64) -> Value {
    let joints = KeypointFacts::coco().joints.len();
    let keypoints: Vec<f64> = (0..joints).flat_map(|j| [10.0 + j as f64, 20.0, 2.0]).collect();
    json!({"id": id, "image_id": image, "category_id": 1, "iscrowd": 0, "area": 300.0,
           "bbox": [5.0, 5.0, 30.0, 30.0], "num_keypoints": joints, "keypoints": keypoints,
           "segmentation": [[5.0, 5.0, 30.0, 5.0, 30.0, 30.0]]})
}

fn image(id: i64) -> Value {
    json!({"id": id, "file_name": format!("{id}.png"), "width": 48, "height": 40})
}

fn file() -> Value {
    json!({"images": [image(1), image(2), image(3)],
           "annotations": [annotation(10, 1), annotation(11, 2), annotation(12, 3)]})
}

fn write(folder: &TempDir, value: &Value) -> PathBuf {
    let path = folder.path().join("annotations.json");
    fs::write(&path, value.to_string()).unwrap();
    path
}

/// Reads an annotation file that is [`file`] but for `change`.
fn read_changed(change: impl FnOnce(&mut Value)) -> Result<CocoKeypoints, Error> {
    let folder = TempDir::new().unwrap();
    let mut value = file();
    change(&mut value);
    CocoKeypoints::read(write(&folder, &value), &KeypointFacts::coco())
}

fn assert_says(error: &dyn Display, parts: &[&str]) {
    let message = error.to_string();
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn sound_file_is_read() {
    let coco = read_changed(|_| {}).unwrap();
    assert_eq!((coco.images.len(), coco.annotations.len()), (3, 3));
}

#[test]
fn crowds_and_people_without_joints_may_have_any_box() {
    let coco = read_changed(|value| {
        value["annotations"][0]["iscrowd"] = json!(1);
        value["annotations"][1]["keypoints"] = json!(vec![0; 17 * 3]);
        for index in [0, 1] {
            value["annotations"][index]["bbox"] = json!([90.0, 90.0, 0.0, 0.0]);
            value["annotations"][index]["area"] = json!(0.0);
        }
    });
    assert_eq!(training_people(&coco.unwrap(), INPUT).len(), 1);
}

#[test]
fn cut_off_file() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, &file());
    let text = fs::read(&path).unwrap();
    fs::write(&path, &text[..text.len() / 2]).unwrap();
    let error = CocoKeypoints::read(&path, &KeypointFacts::coco()).unwrap_err();
    assert!(matches!(error, Error::CutOff { .. }));
    assert_says(&error, &["annotations.json", "cut off in annotations[", "line 1"]);
}

#[test]
fn wrong_kind_of_file() {
    let error = read_changed(|value| *value = json!({"pictures": []})).unwrap_err();
    assert_says(&error, &["annotations.json", "images", "accepted"]);
}

#[test]
fn other_joint_count() {
    let error = read_changed(|value| value["annotations"][1]["keypoints"] = json!(vec![1; 14 * 3]));
    assert_says(&error.unwrap_err(), &["annotation 11", "14 joints", "`coco` has 17"]);
    let error = read_changed(|value| {
        value["categories"] = json!([{"id": 1, "name": "hand", "keypoints": ["a", "b"]}]);
    });
    assert_says(&error.unwrap_err(), &["`hand`", "2 joints", "17"]);
}

#[test]
fn boxes_that_cannot_be_cropped_are_left_out_and_counted() {
    for (index, key, value, said) in [
        (0, "area", json!(0.0), "annotation 10: `area` is 0"),
        (1, "bbox", json!([60.0, 5.0, 10.0, 10.0]), "annotation 11: `bbox` [60.0, 5.0"),
        (2, "bbox", json!([5.0, 5.0, 0.0, 10.0]), "annotation 12: `bbox` [5.0, 5.0, 0.0"),
        (2, "bbox", json!([5.0, 5.0, 10.0, -3.0]), "has no extent"),
    ] {
        let coco = read_changed(|file| file["annotations"][index][key] = value).unwrap();
        let notes = coco.box_notes(Path::new("annotations.json")).unwrap();
        assert_says(&notes[0], &["left out 1 labelled people", said]);
        assert_eq!(training_people(&coco, INPUT).len(), 2);
    }
    let none = read_changed(|file| {
        for index in 0..3 {
            file["annotations"][index]["bbox"] = json!([0, 0, 0, 0]);
        }
    });
    let error = none.unwrap().box_notes(Path::new("own.json")).unwrap_err();
    assert_says(
        &error,
        &["own.json", "annotation 10", "`bbox` [0.0, 0.0", "all 3 labelled people"],
    );
}

#[test]
fn corners_in_the_place_of_sizes_are_suspected() {
    let coco = read_changed(|file| {
        for index in 0..3 {
            file["annotations"][index]["bbox"] = json!([20.0, 15.0, 40.0, 35.0]);
        }
    });
    let notes = coco.unwrap().box_notes(Path::new("annotations.json")).unwrap();
    assert_eq!(notes, [Note::BoxesOutside { count: 3, of: 3 }]);
    assert_says(&notes[0], &["`bbox`", "100 %", "reach out of their pictures"]);
}

#[test]
fn duplicate_ids() {
    let error = read_changed(|value| value["annotations"][2]["id"] = json!(10)).unwrap_err();
    assert_says(&error, &["annotations.id 10", "twice", "1 such"]);
    let error = read_changed(|value| {
        value["images"][1]["id"] = json!(1);
        value["images"][2]["id"] = json!(1);
    });
    assert_says(&error.unwrap_err(), &["images.id 1", "twice", "2 such"]);
}

#[test]
fn absent_image() {
    let error = read_changed(|value| value["annotations"][1]["image_id"] = json!(77)).unwrap_err();
    assert_says(&error, &["annotation 11", "image_id 77", "1 such"]);
}

#[test]
fn detections_without_use() {
    let folder = TempDir::new().unwrap();
    let read = |value: Value| {
        let path = folder.path().join("detections.json");
        fs::write(&path, value.to_string()).unwrap();
        detections::read(path, &[1].into())
    };
    let person = json!({"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5});
    let dog = json!({"image_id": 1, "category_id": 18, "bbox": [1, 2, 3, 4], "score": 0.5});
    assert_eq!(read(json!([dog, person])).unwrap().len(), 1);
    assert_says(&read(json!([])).unwrap_err(), &["detections.json", "0 detections"]);
    let error = read(json!([dog])).unwrap_err();
    assert_says(&error, &["1 detections, none with `category_id` 1, but 18"]);
    let mut flat = person.clone();
    flat["bbox"] = json!([1, 2, 0, 4]);
    let error = read(json!([person, flat, flat])).unwrap_err();
    assert_says(&error, &["detection 1", "`bbox` is [1.0, 2.0, 0.0, 4.0]", "2 such"]);
}

/// A data set of [`file`] with one missing and one truncated picture.
fn damaged(folder: &Path) -> TopDownDataset {
    let value = file();
    let path = folder.join("annotations.json");
    fs::write(&path, value.to_string()).unwrap();
    let png = Image8::black((40, 48)).to_png();
    fs::write(folder.join("1.png"), &png).unwrap();
    fs::write(folder.join("3.png"), &png[..png.len() / 2]).unwrap();
    let facts = KeypointFacts::coco();
    let coco = CocoKeypoints::read(path, &facts).unwrap();
    let codec = HeatmapCodec::new(INPUT, facts.joints.len()).unwrap();
    TopDownDataset::new(folder, &coco, training_people(&coco, INPUT), facts, codec).unwrap()
}

#[test]
fn bad_pictures_fail() {
    let folder = TempDir::new().unwrap();
    let dataset = damaged(folder.path());
    assert_eq!(dataset.batch(0, &[0]).unwrap().batch, 1);
    assert_says(&dataset.batch(0, &[0, 1]).unwrap_err(), &["2.png", "cannot read", "accepted"]);
    assert_says(&dataset.batch(0, &[2]).unwrap_err(), &["3.png"]);
}

#[test]
fn bad_pictures_are_skipped_and_listed() {
    let folder = TempDir::new().unwrap();
    let dataset = damaged(folder.path()).with_reading(BadImages::Skip);
    let whole = dataset.batch(0, &[0]).unwrap();
    assert_eq!(dataset.batch(0, &[2, 0, 1]).unwrap(), whole);
    let skipped = dataset.skipped();
    let names: Vec<_> = skipped.iter().map(|s| s.path.file_name().unwrap()).collect();
    assert_eq!(names, ["2.png", "3.png"]);
    assert!(skipped.iter().all(|s| s.samples == 1 && !s.reason.is_empty()));
}

#[test]
fn picture_of_another_size() {
    let folder = TempDir::new().unwrap();
    let dataset = damaged(folder.path());
    fs::write(folder.path().join("2.png"), Image8::black((48, 40)).to_png()).unwrap();
    assert_says(&dataset.batch(0, &[1]).unwrap_err(), &["2.png", "is 40x48", "48x40"]);
}

#[test]
fn nobody() {
    let coco = read_changed(|value| value["annotations"] = json!([])).unwrap();
    let facts = KeypointFacts::coco();
    let codec = HeatmapCodec::new(INPUT, 17).unwrap();
    let error = TopDownDataset::new("pictures", &coco, Vec::new(), facts, codec).unwrap_err();
    assert_says(&error, &["pictures", "no people"]);
}
