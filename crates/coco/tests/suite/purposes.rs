//! One file, two purposes: where training and scoring tolerate different things, and where not.

use std::fs;

use scalenas_coco::{
    AREA_OF_BOX, AreaSource, CocoKeypoints, GroundTruth, JointSet, Note, Outline, Result,
};
use serde_json::{Value, json};

const JOINTS: JointSet = JointSet::Sigmas { joints: 1 };

fn person(id: i64, image: i64) -> Value {
    json!({"id": id, "image_id": image, "category_id": 1, "iscrowd": 0, "area": 300.0,
           "bbox": [5.0, 5.0, 30.0, 20.0], "num_keypoints": 1, "keypoints": [10.0, 20.0, 2.0]})
}

/// A file with images 7 and 3, each with a person, but for `change`.
fn both(change: impl FnOnce(&mut Value)) -> (Result<CocoKeypoints>, Result<GroundTruth>) {
    let image =
        |id: i64| json!({"id": id, "file_name": format!("{id}.png"), "width": 48, "height": 40});
    let mut file = json!({"images": [image(7), image(3)],
                          "annotations": [person(10, 7), person(11, 3)],
                          "categories": [{"id": 1, "name": "person"}]});
    change(&mut file);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("annotations.json");
    fs::write(&path, file.to_string()).unwrap();
    (CocoKeypoints::read(&path, JOINTS), GroundTruth::read(&path, &JOINTS, AreaSource::Annotation))
}

fn remove(value: &mut Value, key: &str) {
    value.as_object_mut().unwrap().remove(key);
}

/// Message of an error that names its file.
fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    let message = result.unwrap_err().to_string();
    assert!(message.contains("annotations.json"), "{message}");
    message
}

#[test]
fn both_read_the_same_people() {
    let (training, scoring) = both(|_| {});
    let (training, scoring) = (training.unwrap(), scoring.unwrap());
    assert_eq!(training.images.iter().map(|image| image.id).collect::<Vec<_>>(), [7, 3]);
    assert_eq!(scoring.images.iter().map(|image| image.id).collect::<Vec<_>>(), [3, 7]);
    for (annotation, person) in training.annotations.iter().zip(&scoring.people) {
        assert_eq!(annotation.keypoints, person.keypoints);
        assert_eq!(annotation.bbox.map(f64::to_bits), person.bbox.map(f64::to_bits));
        assert_eq!(annotation.image_id, scoring.images[person.image].id);
    }
}

#[test]
fn crowds_are_numbers_or_words_for_both() {
    for crowd in [json!(1), json!(1.0), json!(true)] {
        let (training, scoring) = both(|file| file["annotations"][0]["iscrowd"] = crowd);
        assert!(training.unwrap().annotations[0].iscrowd && scoring.unwrap().people[0].iscrowd);
    }
}

#[test]
fn an_image_that_is_listed_again_counts_once_for_both() {
    let (training, scoring) = both(|file| {
        let again = file["images"][0].clone();
        file["images"].as_array_mut().unwrap().push(again);
    });
    let training = training.unwrap();
    assert_eq!(training.images.len(), 2);
    assert_eq!(training.notes, [Note::RepeatedImages { count: 1 }]);
    assert_eq!(scoring.unwrap().images.len(), 2);
    let (training, scoring) = both(|file| {
        let mut again = file["images"][0].clone();
        again["file_name"] = json!("other.png");
        file["images"].as_array_mut().unwrap().push(again);
    });
    for message in [message(training), message(scoring)] {
        assert!(message.contains("images.id 7 is used twice"), "{message}");
    }
}

#[test]
fn scoring_drops_what_training_refuses() {
    let (training, scoring) = both(|file| file["annotations"][0]["image_id"] = json!(5));
    assert!(message(training).contains("image_id 5 is not among `images`"));
    let scoring = scoring.unwrap();
    assert_eq!(scoring.people.len(), 1);
    assert_eq!(scoring.people[0].position, 1);
}

#[test]
fn scoring_needs_no_pictures_and_training_no_categories() {
    for key in ["file_name", "width", "height"] {
        let (training, scoring) = both(|file| remove(&mut file["images"][1], key));
        assert!(message(training).contains(&format!("image 3: `{key}` is missing")));
        assert!(scoring.is_ok());
    }
    let (training, scoring) = both(|file| remove(&mut file["annotations"][1], "category_id"));
    assert!(training.is_ok());
    assert!(message(scoring).contains("annotation 11: `category_id` is missing"));
    let (training, scoring) = both(|file| remove(file, "annotations"));
    let training = training.unwrap();
    assert!(training.annotations.is_empty() && !training.is_annotated);
    assert!(message(scoring).contains("`annotations` is missing"));
}

#[test]
fn an_absent_area_is_a_share_of_the_box_in_training() {
    let (training, scoring) = both(|file| remove(&mut file["annotations"][0], "area"));
    assert!((training.unwrap().annotations[0].area - AREA_OF_BOX * 600.0).abs() < 1e-9);
    assert!(message(scoring).contains("annotation 10: `area` is missing"));
}

#[test]
fn broken_lists_name_the_annotation_for_both() {
    let (training, scoring) = both(|file| file["annotations"][1]["keypoints"] = json!([1, 2]));
    for message in [message(training), message(scoring)] {
        assert!(message.contains("annotation 11: `keypoints` has 2 numbers"), "{message}");
    }
    let (training, scoring) = both(|file| {
        file["annotations"][1]["keypoints"] = json!([]);
        file["annotations"][1]["num_keypoints"] = json!(1);
    });
    for message in [message(training), message(scoring)] {
        assert!(message.contains("annotation 11: `keypoints` is empty, but"), "{message}");
    }
}

#[test]
fn outlines_are_kept_for_ignored_regions_only() {
    let outline = json!([[5.0, 5.0, 30.0, 5.0, 30.0, 30.0]]);
    let (training, _) = both(|file| {
        for index in [0, 1] {
            file["annotations"][index]["segmentation"] = outline.clone();
        }
        file["annotations"][1]["iscrowd"] = json!(1);
    });
    let annotations = training.unwrap().annotations;
    assert_eq!(annotations[0].segmentation, Outline::Absent);
    assert!(matches!(&annotations[1].segmentation, Outline::Polygons(all) if all[0].len() == 6));
    let (training, scoring) = both(|file| {
        file["annotations"][0]["iscrowd"] = json!(1);
        file["annotations"][0]["segmentation"] = json!({"size": "large"});
    });
    assert!(message(training).contains("annotation 10: segmentation"));
    assert!(scoring.is_ok());
}
