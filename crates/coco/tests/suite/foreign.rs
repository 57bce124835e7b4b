//! Files of other programs: read as they are meant, or refused by file, entry, key and value.

use std::fs;
use std::path::PathBuf;

use scalenas_base::Size;
use scalenas_coco::{AreaSource, CocoKeypoints, GroundTruth, JointSet, Note, detections, results};
use serde_json::{Value, json};
use tempfile::TempDir;

fn joints() -> JointSet {
    JointSet::Dataset {
        name: "own".into(),
        joints: vec!["nose".into(), "left_hip".into()],
        category: None,
    }
}

fn file() -> Value {
    json!({"images": [{"id": 7, "file_name": "7.png", "width": 48, "height": 40}],
           "annotations": [{"id": 10, "image_id": 7, "category_id": 1, "iscrowd": 0, "area": 300,
                            "bbox": [5, 5, 30, 20], "num_keypoints": 2,
                            "keypoints": [10, 20, 2, 11, 21, 1]}],
           "categories": [{"id": 1, "name": "person", "keypoints": ["nose", "left_hip"]}]})
}

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn training(text: impl AsRef<[u8]>) -> scalenas_coco::Result<CocoKeypoints> {
    let place = Place::new();
    CocoKeypoints::read(place.write("own.json", text), joints())
}

fn scoring(text: impl AsRef<[u8]>) -> scalenas_coco::Result<GroundTruth> {
    let place = Place::new();
    GroundTruth::read(&place.write("own.json", text), &joints(), AreaSource::Annotation)
}

fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut value = file();
    change(&mut value);
    value.to_string()
}

#[test]
fn numbers_may_be_floats_or_digits_in_strings() {
    let (plain, truth) =
        (training(file().to_string()).unwrap(), scoring(file().to_string()).unwrap());
    for (list, key) in [
        ("annotations", "id"),
        ("annotations", "image_id"),
        ("annotations", "category_id"),
        ("annotations", "area"),
        ("annotations", "iscrowd"),
        ("annotations", "num_keypoints"),
        ("images", "id"),
        ("images", "width"),
        ("categories", "id"),
    ] {
        let number = file()[list][0][key].as_f64().unwrap();
        for other in [json!(number), json!(number.to_string()), json!(format!(" {number:.1}"))] {
            let text = changed(|file| file[list][0][key] = other.clone());
            assert_eq!(training(&text).unwrap(), plain, "{list}.{key} as {other}");
            let read = scoring(&text).unwrap();
            assert_eq!((read.people, read.images), (truth.people.clone(), truth.images.clone()));
        }
    }
    let text = changed(|file| file["annotations"][0]["bbox"] = json!(["5", 5.0, " 30", 20]));
    assert_eq!(training(text).unwrap(), plain);
}

#[test]
fn what_is_no_number_is_named_with_its_entry() {
    for (list, key, value, said) in [
        ("annotations", "image_id", json!("seven"), "annotation 10: `image_id` is \"seven\""),
        ("annotations", "id", json!(1.5), "annotations[0]: `id` is 1.5"),
        ("annotations", "area", json!("NaN"), "annotation 10: `area` is \"NaN\""),
        ("annotations", "bbox", json!([1, 2, 3]), "annotation 10: `bbox` is [1.0, 2.0, 3.0]"),
        ("annotations", "keypoints", json!([1, null, 2]), "annotation 10: `keypoints` is null at"),
        ("images", "height", json!([40]), "image 7: `height` is a list of 1"),
        ("images", "file_name", json!(7), "image 7: `file_name` is 7"),
    ] {
        let text = changed(|file| file[list][0][key] = value.clone());
        let message = training(text).unwrap_err().to_string();
        let named = message.contains("own.json: ") && message.contains("; accepted: ");
        assert!(named && message.contains(said), "{message}");
    }
}

#[test]
fn the_parser_s_errors_name_entry_and_key() {
    let text = file().to_string();
    for (from, to, said) in [
        ("300", "NaN", "annotations[0]: `area` is NaN; accepted: finite numbers"),
        ("\"width\":48", "\"width\":", "images[0]"),
        ("[{\"area\"", "[{area", "annotations[0]"),
    ] {
        let broken = text.replacen(from, to, 1);
        assert_ne!(broken, text, "{from} is in the file");
        let message = training(&broken).unwrap_err().to_string();
        assert!(message.contains(said), "{message}");
    }
    let cut = training(&text[..text.len() / 2]).unwrap_err().to_string();
    assert!(cut.contains("cut off in annotations[0]"), "{cut}");
}

#[test]
fn marks_of_editors_are_passed_over_and_utf_16_is_named() {
    let text = format!("\u{feff}{}", file());
    assert!(training(&text).is_ok() && scoring(&text).is_ok());
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let message = scoring(wide).unwrap_err().to_string();
    assert!(message.contains("own.json: ") && message.contains("encoding is UTF-16"), "{message}");
}

#[test]
fn null_is_absent_and_an_entry_without_joints_has_none_labelled() {
    for change in [json!([]), json!(null)] {
        let text = changed(|file| {
            file["annotations"][0]["keypoints"] = change.clone();
            file["annotations"][0]["num_keypoints"] = json!(null);
        });
        let (training, scoring) = (training(&text).unwrap(), scoring(&text).unwrap());
        assert_eq!(training.annotations[0].keypoints, [[0.0; 3]; 2]);
        assert_eq!(training.annotations[0].num_keypoints, 0);
        assert_eq!(scoring.people[0].num_keypoints, Some(0));
    }
}

#[test]
fn people_are_found_among_other_categories() {
    let ball = json!({"id": 11, "image_id": 7, "category_id": 2, "bbox": [0, 0, 3, 3], "area": 9});
    let with_ball = |categories: Value| {
        changed(|file| {
            file["annotations"].as_array_mut().unwrap().push(ball.clone());
            file["categories"] = categories;
        })
    };
    let named = json!([{"id": 1, "name": "person"}, {"id": 2, "name": "ball"}]);
    let jointed = json!([{"id": 2, "name": "ball"},
                         {"id": 1, "name": "player", "keypoints": ["nose", "left_hip"]}]);
    let unnamed = json!([]);
    for (categories, shown) in [(named, "ball"), (jointed, "ball"), (unnamed, "2")] {
        let text = with_ball(categories);
        let (training, scoring) = (training(&text).unwrap(), scoring(&text).unwrap());
        assert_eq!(training.annotations.len(), 1);
        let note = Note::OtherCategories { count: 1, names: vec![shown.into()] };
        assert_eq!(training.notes, [note]);
        assert_eq!(scoring.people.len(), 1);
        assert_eq!((training.categories, scoring.categories), ([1].into(), [1].into()));
    }
}

#[test]
fn another_skeleton_is_left_out_and_another_order_is_refused() {
    let text = changed(|file| {
        let hand = json!({"id": 2, "name": "hand", "keypoints": ["wrist", "thumb", "tip"]});
        file["categories"].as_array_mut().unwrap().push(hand);
        let joints = json!([1, 1, 2, 2, 2, 2, 3, 3, 2]);
        let hand = json!({"id": 11, "image_id": 7, "category_id": 2, "bbox": [0, 0, 3, 3],
                          "keypoints": joints, "num_keypoints": 3});
        file["annotations"].as_array_mut().unwrap().push(hand);
    });
    assert_eq!(training(text).unwrap().annotations.len(), 1);
    let text = changed(|file| file["categories"][0]["keypoints"] = json!(["Left Hip", "nose"]));
    for message in [training(&text).map(drop), scoring(&text).map(drop)] {
        let message = message.unwrap_err().to_string();
        let both = message.contains("Left Hip, nose") && message.contains("nose, left_hip");
        assert!(both && message.contains("another order"), "{message}");
    }
}

#[test]
fn sizes_that_the_file_lacks_are_those_of_the_pictures() {
    let place = Place::new();
    let path = place.write("own.json", changed(|file| file["images"][0]["width"] = json!(null)));
    let size = |name: &str| (name == "7.png").then_some(Size { height: 20, width: 30 });
    let coco = CocoKeypoints::read_with(&path, joints(), &size).unwrap();
    assert_eq!(coco.images[0].size, Size { height: 20, width: 30 });
    assert_eq!(coco.notes, [Note::SizesOfPictures { count: 1 }]);
    let message = CocoKeypoints::read(path, joints()).unwrap_err().to_string();
    assert!(message.contains("image 7: `width` is missing"), "{message}");
}

#[test]
fn results_and_detections_are_read_the_same_way() {
    let place = Place::new();
    let result = json!({"image_id": "7", "category_id": 1.0, "score": "0.5",
                        "keypoints": [1, "2", 1, 3, 4, 1.0], "bbox": []});
    let found = results::read(&place.write("r.json", json!([result]).to_string())).unwrap();
    assert_eq!((found[0].image_id, found[0].category_id, found[0].bbox), (7, 1, None));
    let wrong = json!([{"image_id": 7, "category_id": 1, "score": "high", "keypoints": []}]);
    let message = results::read(&place.write("r.json", wrong.to_string())).unwrap_err().to_string();
    assert!(message.contains("result 0: `score` is \"high\""), "{message}");
    let boxes = json!([{"image_id": 7.0, "category_id": "3", "bbox": ["1", 2, 3, 4], "score": 1}]);
    let path = place.write("d.json", boxes.to_string());
    assert_eq!(detections::read(&path, &[3].into()).unwrap()[0].category_id, Some(3));
    let message = detections::read(&path, &[1].into()).unwrap_err().to_string();
    assert!(message.contains("none with `category_id` 1, but 3"), "{message}");
}
