//! Data sets of any layout: files of other names, a held-out share, a category, turned pictures.

use std::fs;

use scalenas_base::{Image8, PictureOptions};
use serde_json::{Value, json};

use crate::common::{Place, Ran, read_json, scalenas, tree};

/// Tag of EXIF that turns a picture clockwise by a right angle, as the first segment of a JPEG file.
const TURNED: [u8; 36] = [
    0xFF, 0xE1, 0x00, 0x22, b'E', b'x', b'i', b'f', 0, 0, b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1,
    0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
];

/// Moves the training part to files of its own names, and removes the held-out part.
fn rename(place: &Place) {
    fs::create_dir(place.path("own")).unwrap();
    fs::rename(place.path("data/images/train2017"), place.path("own/photos")).unwrap();
    fs::rename(place.annotations("train"), place.path("own/labels.json")).unwrap();
    fs::remove_dir_all(place.path("data")).unwrap();
}

fn supernet(place: &Place, out: &str, more: &[&str]) -> Ran {
    let (config, out) = (place.arg("small.ron"), place.arg(out));
    scalenas(&[&["supernet", "--config", &config, "--out", &out], more].concat())
}

#[test]
fn facts_in_the_folder_are_taken() {
    let place = Place::new();
    let coco = concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets/coco.ron");
    let own = fs::read_to_string(coco).unwrap().replace("\"nose\"", "\"snout\"");
    fs::write(place.path("data/mine.ron"), &own).unwrap();
    fs::write(place.path("data/notes.ron"), "(version: 1)").unwrap();
    let plan = |more: &[&str]| {
        place.supernet("plan", &[&["--dry-run", "--json"], more].concat()).good().json()
    };
    assert_eq!(plan(&[])["facts"].as_str(), Some(&*place.arg("data/mine.ron")));
    assert_eq!(plan(&["--set", "facts=coco"])["facts"], "coco");
    let said = place.supernet("run", &[]).good().stderr;
    assert!(said.contains("mine.ron, of the data set"), "{said}");
    let (run, csv) = (place.arg("run"), place.arg("found.csv"));
    let pictures = place.arg("data/images/val2017");
    let infer = ["infer", "--run", &run, &pictures, "--boxes", "whole", "--csv", &csv];
    scalenas(&infer).good();
    assert!(fs::read_to_string(&csv).unwrap().contains("snout_x"));
    let check = ["check-data", "--data", &place.arg("data"), "--quick", "--json"];
    assert!(scalenas(&check).good().stdout.contains("snout"));
    // Of several none is chosen.
    fs::write(place.path("data/other.ron"), own).unwrap();
    assert_eq!(plan(&[])["facts"], "coco");
}

#[test]
fn one_file_of_any_name_becomes_two_parts() {
    let place = Place::new();
    rename(&place);
    let (labels, photos) = (place.arg("own/labels.json"), place.arg("own/photos"));
    let files = ["--annotations", &labels, "--images", &photos];
    supernet(&place, "run", &files).fixable(&["labels.json", "nothing is held out", "--val-share"]);
    supernet(&place, "run", &["--annotations", &labels, "--val-share", "0.3"]).fixable(&[
        "labels.json",
        "its pictures were not found",
        "--images",
    ]);
    assert!(!place.path("run").exists());
    supernet(&place, "run", &[&files[..], &["--val-share", "0.3"]].concat()).good();
    let run = place.arg("run");
    let score = |run: &str, more: &[&str]| {
        let arguments = ["eval-pose", "--run", run, "--arch", "smallest", "--json"];
        scalenas(&[&arguments[..], more].concat())
    };
    let out = place.arg("found.json");
    let before = score(&run, &["--out", &out]).good().json();
    let ids = |path: &str| -> Vec<i64> {
        let file: Value = read_json(&place.path(path));
        let list = file.as_array().unwrap();
        let mut ids: Vec<i64> = list.iter().map(|r| r["image_id"].as_i64().unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    // Two or three of eight pictures are held out; all others are the training part.
    let held_out = ids("found.json");
    assert!((1..=3).contains(&held_out.len()), "{held_out:?}");
    score(&run, &["--out", &out, "--split", "train"]).good();
    let learnt = ids("found.json");
    assert!(learnt.iter().all(|id| !held_out.contains(id)) && learnt.len() >= 4, "{learnt:?}");
    assert!(before["distances"]["people"].as_u64().unwrap() < 20, "{before}");
    // The data set is moved with its run: its files are named from its own folder.
    fs::create_dir(place.path("moved")).unwrap();
    for name in ["own", "run"] {
        fs::rename(place.path(name), place.path("moved").join(name)).unwrap();
    }
    let moved = place.arg("moved/run");
    assert_eq!(score(&moved, &[]).good().json(), before);
    scalenas(&["evolve", "--run", &moved]).good();
    let options = fs::read_to_string(place.path("moved/run/experiment.ron")).unwrap();
    assert!(options.contains("val_share: Some(0.3)"), "{options}");
    // Another share is another run.
    let change = ["--resume", &moved, "--set", "files.val_share=0.5", "--epochs", "3"];
    scalenas(&[&["supernet"], &change[..]].concat()).fixable(&["val_share", "0.3", "0.5"]);
}

#[test]
fn parts_with_files_of_their_own() {
    let place = Place::new();
    for part in ["train", "val"] {
        let (pictures, labels) = (format!("{part}-photos"), format!("{part}.json"));
        fs::rename(place.path(&format!("data/images/{part}2017")), place.path(&pictures)).unwrap();
        fs::rename(place.annotations(part), place.path(&labels)).unwrap();
    }
    let [train, val, train_photos, val_photos] =
        ["train.json", "val.json", "train-photos", "val-photos"].map(|name| place.arg(name));
    let files = ["--annotations", &train, &val, "--images", &train_photos, &val_photos];
    supernet(&place, "run", &files).good();
    let said = scalenas(&["eval-pose", "--run", &place.arg("run"), "--arch", "smallest"]).good();
    assert!(said.stdout.contains("AP"), "{said:#?}");
    supernet(&place, "new", &[&files[..], &["--val-share", "1.5"]].concat()).fixable(&["1.5"]);
    supernet(&place, "new", &["--set", "files.val_share=0.2", "--set", "files.val.images=x"])
        .fixable(&["files.val_share", "files.val", "one of them"]);
}

#[test]
fn a_category_is_named_where_several_have_joints() {
    let place = Place::new();
    for part in ["train", "val"] {
        place.change(part, |file| {
            let mut cat = file["categories"][0].clone();
            (cat["id"], cat["name"]) = (json!(9), json!("cat"));
            file["categories"].as_array_mut().unwrap().push(cat);
            for (place, person) in
                file["annotations"].as_array_mut().unwrap().iter_mut().enumerate()
            {
                person["category_id"] = json!(if place % 2 == 0 { 9 } else { 1 });
            }
        });
    }
    place.supernet("run", &["--category", "dog"]).fixable(&[".json", "\"dog\"", "\"cat\" (id 9)"]);
    let said = place.supernet("run", &["--category", "Cat"]).good();
    assert!(said.stderr.contains("of other categories than people (person)"), "{said:#?}");
    let (run, out) = (place.arg("run"), place.arg("found.json"));
    let score = ["eval-pose", "--run", &run, "--arch", "smallest", "--out", &out];
    let found = |place: &Place| -> Vec<u64> {
        let found = read_json(&place.path("found.json"));
        let list = found.as_array().unwrap();
        list.iter().map(|result| result["category_id"].as_u64().unwrap()).collect()
    };
    scalenas(&score).good();
    let cats = found(&place);
    assert!(!cats.is_empty() && cats.iter().all(|id| *id == 9), "{cats:?}");
    scalenas(&[&score[..], &["--category", "1"]].concat()).good();
    let people = found(&place);
    assert!(!people.is_empty() && people.iter().all(|id| *id == 1), "{people:?}");
}

/// Turns the pictures of a part by their tags: they are stored as before, and shown clockwise by a right
/// angle; annotations follow what is shown.
fn turn(place: &Place, part: &str) {
    for (name, bytes) in tree(&place.path(&format!("data/images/{part}2017"))) {
        let turned = [&bytes[..2], &TURNED[..], &bytes[2..]].concat();
        fs::write(place.path(&format!("data/images/{part}2017/{name}")), turned).unwrap();
    }
    place.change(part, |file| {
        for image in file["images"].as_array_mut().unwrap() {
            let (height, width) = (image["height"].clone(), image["width"].clone());
            (image["height"], image["width"]) = (width, height);
        }
        // A point at (x, y) of 96 rows is shown at (96 - y, x).
        for person in file["annotations"].as_array_mut().unwrap() {
            let number = |value: &Value| value.as_f64().unwrap();
            let bbox: Vec<f64> = person["bbox"].as_array().unwrap().iter().map(number).collect();
            person["bbox"] = json!([96.0 - bbox[1] - bbox[3], bbox[0], bbox[3], bbox[2]]);
            for joint in person["keypoints"].as_array_mut().unwrap().chunks_mut(3) {
                let (x, y) = (number(&joint[0]), number(&joint[1]));
                if number(&joint[2]) > 0.0 {
                    (joint[0], joint[1]) = (json!(96.0 - y), json!(x));
                }
            }
        }
    });
}

#[test]
fn pictures_are_turned_on_demand() {
    let place = Place::new();
    for part in ["train", "val"] {
        turn(&place, part);
    }
    place.supernet("run", &[]).fixable(&[".jpg", "EXIF", "--apply-exif"]);
    place.supernet("run", &["--apply-exif"]).good();
    let run = place.arg("run");
    // The run remembers it.
    scalenas(&["evolve", "--run", &run]).good();
    let drawn = place.arg("drawn");
    scalenas(&["eval-pose", "--run", &run, "--arch", "best", "--pictures", &drawn]).good();
    let name = tree(&place.path("drawn")).remove(0).0;
    let size =
        Image8::read_size(place.path("drawn").join(&name), PictureOptions::default()).unwrap();
    assert!(size.width < size.height, "a picture of 96x128 is shown upright, but {size}");
    let check = ["check-data", "--data", &place.arg("data"), "--apply-exif"];
    scalenas(&check).good();
    let ran = scalenas(&check[..3]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stdout.contains("picture that cannot be used: 8 of 8"), "{ran:#?}");
    // An experiment that turns them is checked as it would be learnt.
    let text = fs::read_to_string(place.path("small.ron")).unwrap();
    let text = text.replace("train: (", "files: (apply_exif: true), train: (");
    fs::write(place.path("turned.ron"), text).unwrap();
    let config = place.arg("turned.ron");
    scalenas(&["check-data", "--config", &config, "--data", &place.arg("data")]).good();
    // Plain pictures, too.
    let picture = place.arg(&format!("data/images/val2017/{}", &names(&place)[0]));
    let csv = place.arg("joints.json");
    let infer = ["infer", "--run", &run, "--arch", "best", "--boxes", "whole", &picture];
    let sides = |more: &[&str]| {
        scalenas(&[&infer[..], &["--out", &csv], more].concat()).good();
        let image = read_json(&place.path("joints.json"))["images"][0].clone();
        (image["width"].as_u64().unwrap(), image["height"].as_u64().unwrap())
    };
    assert_eq!((sides(&[]), sides(&["--apply-exif"])), ((128, 96), (96, 128)));
}

fn names(place: &Place) -> Vec<String> {
    tree(&place.path("data/images/val2017")).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn the_size_of_decoded_pictures_has_a_limit() {
    let place = Place::new();
    let large = place.arg("large");
    let size = ["--train", "2", "--val", "1", "--size", "640x640"];
    scalenas(&[&["synth", "--out", &large], &size[..]].concat()).good();
    let (config, data, out) = (place.arg("small.ron"), place.arg("large"), place.arg("run"));
    let train = ["supernet", "--config", &config, "--data", &data, "--out", &out];
    scalenas(&[&train[..], &["--largest-picture", "1"]].concat()).fixable(&[
        ".jpg",
        "has 640x640 pixels, 2 MiB when decoded",
        "the limit is 1 MiB (--largest-picture)",
    ]);
    scalenas(&[&train[..], &["--largest-picture", "0"]].concat())
        .fixable(&["0", "--largest-picture"]);
    scalenas(&[&train[..], &["--largest-picture", "2"]].concat()).good();
}

#[test]
fn whole_pictures_are_boxes() {
    let place = Place::new();
    place.supernet("run", &["--boxes", "whole"]).fixable(&[
        ".json",
        "several people",
        "one per picture",
    ]);
    scalenas(&["check-data", "--data", &place.arg("data"), "--boxes", "whole"])
        .fixable(&[".json", "several people"]);
    for part in ["train", "val"] {
        place.change(part, |file| {
            let mut seen = std::collections::HashSet::new();
            let people = file["annotations"].as_array_mut().unwrap();
            people.retain(|person| seen.insert(person["image_id"].as_i64().unwrap()));
        });
    }
    place.supernet("run", &["--boxes", "whole"]).good();
    let (run, out) = (place.arg("run"), place.arg("found.json"));
    let score = ["eval-pose", "--run", &run, "--arch", "smallest", "--out", &out];
    scalenas(&score).good();
    let found = read_json(&place.path("found.json"));
    for result in found.as_array().unwrap() {
        // A crop of the whole picture holds every position that can be predicted.
        let joints: Vec<f64> =
            result["keypoints"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        assert!(joints.chunks(3).all(|j| (-20.0..=150.0).contains(&j[0])), "{result}");
    }
    // Plain pictures need no boxes then.
    let pictures = place.arg("data/images/val2017");
    let infer = ["infer", "--run", &run, "--arch", "smallest", &pictures, "--out", &out];
    scalenas(&infer).good();
    let annotations = read_json(&place.path("found.json"));
    assert_eq!(annotations["annotations"].as_array().unwrap().len(), 3);
}

#[test]
fn the_length_of_a_run_follows_the_data_set() {
    let place = Place::new();
    let text = fs::read_to_string(place.path("small.ron")).unwrap();
    let text = text
        .replace("epochs: 2, ", "epochs: Auto, ")
        .replace("milestones: [1], validate_every: 2,", "");
    fs::write(place.path("small.ron"), text).unwrap();
    let plan = place.supernet("run", &["--dry-run", "--json"]).good().json();
    assert_eq!(plan["train"]["epochs"], 600, "{plan}");
    assert_eq!(plan["train"]["milestones"], json!([402, 540]));
    let (step, all) = (&plan["seconds_per_iteration"], &plan["expected_seconds"]);
    assert!(step.as_f64().unwrap() > 0.0, "{plan}");
    let iterations = plan["iterations"].as_f64().unwrap();
    assert!((all.as_f64().unwrap() / (step.as_f64().unwrap() * iterations) - 1.0).abs() < 1e-9);
    place.supernet("run", &["--epochs", "2"]).good();
    let kept = fs::read_to_string(place.path("run/experiment.ron")).unwrap();
    assert!(kept.contains("epochs: 2") && !kept.contains("Auto"), "{kept}");
    fs::write(
        place.path("small.ron"),
        "(version: 1, space: \"tiny\", input: (64, 64), train: (epochs: Many))",
    )
    .unwrap();
    place.supernet("new", &[]).fixable(&["small.ron", "epochs is neither a number nor Auto"]);
}
