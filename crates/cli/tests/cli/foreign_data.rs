//! Data of other programs, through the program: categories, names, sizes, benchmarks without
//! annotations, pictures that are gone.

use std::fs;

use serde_json::{Value, json};

use crate::common::{Place, command, read_json, scalenas, text, tree};

/// Image names of a part of the data set.
fn names(place: &Place, split: &str) -> Vec<String> {
    let file = read_json(&place.annotations(split));
    let images = file["images"].as_array().unwrap();
    images.iter().map(|image| image["file_name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn people_of_any_category_keep_it() {
    let place = Place::new();
    for split in ["train", "val"] {
        place.change(split, |file| {
            file["categories"][0]["id"] = json!("5");
            for person in file["annotations"].as_array_mut().unwrap() {
                person["category_id"] = json!(5.0);
            }
            let ball = json!({"id": 9_000, "image_id": file["images"][0]["id"], "area": 4,
                              "category_id": 6, "bbox": [1, 1, 2, 2]});
            file["annotations"].as_array_mut().unwrap().push(ball);
            let ball = json!({"id": 6, "name": "ball"});
            file["categories"].as_array_mut().unwrap().push(ball);
        });
    }
    let ran = place.supernet("run", &[]).good();
    assert!(
        ran.stderr.contains("1 annotations of other categories than people (ball)"),
        "{ran:#?}"
    );
    let (run, out) = (place.arg("run"), place.arg("found.json"));
    scalenas(&["eval-pose", "--run", &run, "--arch", "smallest", "--out", &out, "--json"]).good();
    let found = read_json(&place.path("found.json"));
    let found = found.as_array().unwrap();
    assert!(
        !found.is_empty() && found.iter().all(|result| result["category_id"] == 5),
        "{found:?}"
    );
}

#[test]
fn pictures_of_one_name_in_two_folders_stay_two() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let files = names(&place, "val");
    let pictures = place.path("data/images/val2017");
    for (folder, file) in ["a", "b"].iter().zip(&files) {
        fs::create_dir(pictures.join(folder)).unwrap();
        fs::rename(pictures.join(file), pictures.join(folder).join("same.jpg")).unwrap();
    }
    place.change("val", |file| {
        for (image, folder) in file["images"].as_array_mut().unwrap().iter_mut().zip(["a", "b"]) {
            image["file_name"] = json!(format!("{folder}/same.jpg"));
        }
    });
    let (run, drawn) = (place.arg("run"), place.arg("drawn"));
    scalenas(&["eval-pose", "--run", &run, "--arch", "smallest", "--pictures", &drawn]).good();
    let drawn: Vec<String> = tree(&place.path("drawn")).into_iter().map(|(name, _)| name).collect();
    assert!(drawn.len() == 3 && drawn[1..] == ["a/same.jpg", "b/same.jpg"], "{drawn:?}");
}

#[test]
fn when_every_picture_is_gone_nothing_is_trained_or_scored() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    fs::rename(place.path("data/images/train2017"), place.path("elsewhere")).unwrap();
    fs::create_dir(place.path("data/images/train2017")).unwrap();
    let first = &names(&place, "train")[0];
    place.supernet("new", &["--skip-bad-images"]).fixable(&[
        first,
        "none of the pictures is left",
        "accepted",
    ]);
    assert!(!place.path("new").exists());
    let run = place.arg("run");
    scalenas(&["eval-pose", "--run", &run, "--skip-bad-images"])
        .fixable(&["none of the pictures is left"]);
}

#[test]
fn pictures_without_annotations_are_predicted_and_not_scored() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let mut file = read_json(&place.annotations("val"));
    let boxes: Vec<Value> = file["annotations"].as_array().unwrap().iter().map(|person| {
        json!({"image_id": person["image_id"], "category_id": 1, "bbox": person["bbox"], "score": 1})
    }).collect();
    fs::write(place.path("boxes.json"), json!(boxes).to_string()).unwrap();
    file.as_object_mut().unwrap().remove("annotations");
    fs::write(place.path("test.json"), file.to_string()).unwrap();
    let [run, test, boxes, out, images] =
        ["run", "test.json", "boxes.json", "out.json", "data/images/val2017"].map(|n| place.arg(n));
    let score = [
        "eval-pose",
        "--run",
        &run,
        "--arch",
        "smallest",
        "--annotations",
        &test,
        "--detections",
        &boxes,
        "--images",
        &images,
    ];
    scalenas(&score).fixable(&["test.json", "`annotations`", "--out"]);
    let ran = scalenas(&[&score[..], &["--out", &out]].concat()).good();
    assert!(ran.stderr.contains("nothing is scored") && ran.stdout.is_empty(), "{ran:#?}");
    assert!(!read_json(&place.path("out.json")).as_array().unwrap().is_empty());
}

#[test]
fn places_that_cannot_be_written_are_refused_before_the_work() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    fs::write(place.path("file"), "").unwrap();
    let run = place.arg("run");
    for (option, below, said) in [
        ("--out", "file/found.json", "cannot be written"),
        ("--pictures", "file/drawn", "cannot be written"),
        ("--out", "new/found.json/", "is not a file"),
    ] {
        let target = place.arg(below);
        let ran = scalenas(&["eval-pose", "--run", &run, option, &target]);
        assert!(!ran.stderr.contains("people"), "the work began: {ran:#?}");
        ran.fixable(&[option, below, said, "accepted"]);
    }
}

#[test]
fn weights_of_other_joints_start_all_but_the_last_layer() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    fs::write(
        place.path("five.ron"),
        "(name: \"five\", joints: [\"a\", \"b\", \"c\", \"d\", \"e\"], flip_pairs: [(1, 2)],
          upper_body: [0, 1, 2], lower_body: [3, 4], sigmas: [0.1, 0.1, 0.1, 0.1, 0.1],
          skeleton: [(0, 1)])",
    )
    .unwrap();
    for split in ["train", "val"] {
        place.change(split, |file| {
            file["categories"][0].as_object_mut().unwrap().remove("keypoints");
            for person in file["annotations"].as_array_mut().unwrap() {
                person["keypoints"].as_array_mut().unwrap().truncate(15);
            }
        });
    }
    let config = fs::read_to_string(place.path("small.ron")).unwrap();
    let facts = format!("input: (64, 64), facts: {:?},", text(&place.path("five.ron")));
    fs::write(place.path("small.ron"), config.replace("input: (64, 64),", &facts)).unwrap();
    let initial = format!("train.initial={}", place.arg("run/supernet.safetensors"));
    let ran = place.supernet("five", &["--set", &initial]).good();
    assert!(ran.stderr.contains("drawn anew: final_layer.bias, final_layer.weight"), "{ran:#?}");
}

#[test]
fn a_run_is_used_where_it_was_moved_to() {
    let place = Place::new();
    fs::create_dir(place.path("here")).unwrap();
    fs::rename(place.path("data"), place.path("here/data")).unwrap();
    let facts = concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets/coco.ron");
    fs::copy(facts, place.path("here/own.ron")).unwrap();
    let config = fs::read_to_string(place.path("small.ron")).unwrap();
    let config = config.replace("input: (64, 64),", "input: (64, 64), facts: \"own.ron\",");
    fs::write(place.path("here/small.ron"), config).unwrap();
    let train = ["supernet", "--config", "small.ron", "--data", "data", "--out", "run"];
    let output = command(&train).current_dir(place.path("here")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    fs::remove_file(place.path("here/own.ron")).unwrap();
    fs::rename(place.path("here"), place.path("there")).unwrap();
    let run = place.arg("there/run");
    scalenas(&["eval-pose", "--run", &run, "--arch", "smallest", "--json"]).good().json();
    scalenas(&["evolve", "--run", &run, "--json"]).good().json();
    scalenas(&["supernet", "--resume", &run]).good();
    // Other sigmas are other facts, whatever their file is called.
    let copy = place.path("there/run/facts-0.ron");
    let changed = fs::read_to_string(&copy).unwrap().replacen("0.026", "0.026001", 1);
    fs::write(place.path("there/own.ron"), changed).unwrap();
    let again = ["supernet", "--config", "small.ron", "--data", "data", "--out", "other"];
    let output = command(&again).current_dir(place.path("there")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_ne!(fs::read(&copy).unwrap(), fs::read(place.path("there/other/facts-0.ron")).unwrap());
}
