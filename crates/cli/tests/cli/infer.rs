//! Predictions on plain pictures, and what is refused.

use std::collections::HashSet;
use std::fs;

use serde_json::{Value, json};

use crate::common::{Place, Ran, command, ended, read_json, scalenas, tree};

/// Predicts with a network of the run in `place`.
fn infer(place: &Place, more: &[&str]) -> Ran {
    let run = place.arg("run");
    let arguments = ["infer", "--run", &run, "--arch", "smallest", "--json"];
    scalenas(&[&arguments[..], more].concat())
}

fn names(place: &Place, folder: &str) -> Vec<String> {
    tree(&place.path(folder)).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn people_in_folders_patterns_and_lists() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let images = place.arg("data/images/val2017");
    let (out, table, drawn) = (place.arg("a/j.json"), place.arg("a/j.csv"), place.arg("drawn"));
    let results = ["--out", &out, "--csv", &table, "--pictures", &drawn];
    let whole = [&["--boxes", "whole", &images][..], &results].concat();
    let found = infer(&place, &whole).good().json();
    assert_eq!(found["pictures"], 3);
    assert_eq!(names(&place, "drawn").len(), 3);
    let json = read_json(&place.path("a/j.json"));
    assert_eq!(json["images"][0]["width"], 128);
    assert_eq!(json["annotations"][0]["keypoints"].as_array().unwrap().len(), 3 * 17);
    let rows = fs::read_to_string(place.path("a/j.csv")).unwrap();
    assert_eq!(rows.lines().count(), 1 + json["annotations"].as_array().unwrap().len());

    // A pattern and a list name the same pictures, each once.
    let pattern = format!("{images}/*.jpg");
    let again = place.arg("b.json");
    infer(&place, &["--boxes", "whole", &pattern, &images, "--out", &again]).good();
    assert_eq!(read_json(&place.path("b.json")), json);
    let list = names(&place, "data/images/val2017");
    let list: Vec<String> = list.iter().map(|name| format!("{images}/{name}")).collect();
    fs::write(place.path("list.txt"), list.join("\n")).unwrap();
    let (run, third) = (place.arg("run"), place.arg("c.json"));
    let words =
        ["infer", "--run", &run, "--arch", "smallest", "--boxes", "whole", "-", "--out", &third];
    let mut call = command(&words);
    call.stdin(fs::File::open(place.path("list.txt")).unwrap());
    call.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    ended(call.spawn().unwrap()).good();
    assert_eq!(read_json(&place.path("c.json")), json);
}

#[test]
fn boxes_of_a_file_score_like_the_evaluation() {
    let place = Place::new();
    place.supernet("run", &["--box-padding", "1.1"]).good();
    let (run, images) = (place.arg("run"), place.arg("data/images/val2017"));
    // The annotated boxes, once by the ids of pictures and once by their names.
    let file = read_json(&place.annotations("val"));
    let people = file["annotations"].as_array().unwrap().iter().filter(|a| a["iscrowd"] == 0);
    let (by_id, by_name): (Vec<Value>, Vec<Value>) = people
        .map(|person| {
            let is_its = |image: &&Value| image["id"] == person["image_id"];
            let image = file["images"].as_array().unwrap().iter().find(is_its).unwrap();
            let (id, name, bbox) = (&image["id"], &image["file_name"], &person["bbox"]);
            (
                json!({ "image_id": id, "category_id": 1, "bbox": bbox, "score": 0.5 }),
                json!({ "file_name": name, "bbox": bbox, "score": 0.5 }),
            )
        })
        .unzip();
    let [detections, boxes] = ["by_id.json", "by_name.json"].map(|name| place.arg(name));
    fs::write(&detections, Value::from(by_id).to_string()).unwrap();
    fs::write(&boxes, Value::from(by_name).to_string()).unwrap();
    let joints = |value: &Value| -> Vec<Vec<f64>> {
        let people = value.as_array().unwrap().iter();
        let mut all: Vec<Vec<f64>> = people
            .map(|person| {
                let values = person["keypoints"].as_array().unwrap().chunks(3);
                values
                    .flat_map(|xyv| [xyv[0].as_f64().unwrap(), xyv[1].as_f64().unwrap()])
                    .collect()
            })
            .collect();
        all.sort_by(|a, b| a.partial_cmp(b).unwrap());
        all
    };
    // In bfloat16, too, in which either calibrates and predicts, and looking at several sizes.
    let ways = [
        ("f32", &["--precision", "f32"][..]),
        ("bf16", &["--precision", "bf16"]),
        ("sizes", &["--scales", "0.8", "1", "1.3"]),
    ];
    for (name, way) in ways {
        let [expected, out] =
            ["expected", "found"].map(|kind| place.arg(&format!("{kind}_{name}.json")));
        let words = ["eval-pose", "--run", &run, "--arch", "smallest", "--flip-test", "off"];
        let more = ["--detections", &detections, "--out", &expected];
        scalenas(&[&words[..], &more, way].concat()).good();
        let more = ["--boxes", &boxes, &images, "--out", &out];
        infer(&place, &[&more[..], way].concat()).good();
        let expected = joints(&read_json(expected.as_ref()));
        let found = joints(&read_json(out.as_ref())["annotations"]);
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            assert!((found - expected).abs() < 1e-2, "{name}: {found} {expected}");
        }
    }
    let found =
        |name: &str| read_json(&place.path(&format!("found_{name}.json")))["annotations"].clone();
    assert_ne!(joints(&found("sizes")), joints(&found("f32")));
}

/// Two runs find the joints of whole pictures: one the box, the other the joints in it.
#[test]
fn boxes_of_a_run_that_learnt_whole_pictures() {
    let place = Place::new();
    for split in ["train", "val"] {
        place.change(split, |file| {
            let mut seen = HashSet::new();
            let people = file["annotations"].as_array_mut().unwrap();
            people.retain(|person| seen.insert(person["image_id"].as_u64()));
        });
    }
    place.supernet("run", &[]).good();
    place.supernet("whole", &["--boxes", "whole"]).good();
    let images = place.arg("data/images/val2017");
    let [run, whole] = ["run", "whole"].map(|name| place.arg(name));
    let [found, boxed, again] = ["a.json", "b.json", "c.json"].map(|name| place.arg(name));
    scalenas(&["infer", "--run", &whole, "--boxes", "whole", &images, "--out", &found]).good();
    infer(&place, &["--boxes", &whole, &images, "--out", &boxed]).good();
    // Around the joints that are likely, a quarter wider and higher.
    let people = read_json(&place.path("a.json"));
    let around = |person: &Value| {
        let scores = person["keypoint_scores"].as_array().unwrap().iter();
        let joints = person["keypoints"].as_array().unwrap().chunks(3).zip(scores);
        let likely = joints.filter(|(_, score)| score.as_f64().unwrap() > 0.05);
        let joints = likely.map(|(joint, _)| joint);
        let side = |axis: usize| {
            let values = joints.clone().map(|joint| joint[axis].as_f64().unwrap());
            let (least, most) =
                values.fold((f64::MAX, f64::MIN), |(least, most), x| (least.min(x), most.max(x)));
            (least - (most - least) / 8.0, (most - least) * 1.25)
        };
        let ((x, width), (y, height)) = (side(0), side(1));
        let name = &people["images"].as_array().unwrap()
            [person["image_id"].as_u64().unwrap() as usize - 1]["file_name"];
        json!({ "file_name": name, "bbox": [x, y, width, height] })
    };
    let list: Vec<Value> = people["annotations"].as_array().unwrap().iter().map(around).collect();
    assert_eq!(list.len(), 3);
    fs::write(place.path("list.json"), Value::from(list).to_string()).unwrap();
    infer(&place, &["--boxes", &place.arg("list.json"), &images, "--out", &again]).good();
    let joints = |name: &str| -> Vec<f64> {
        let people = read_json(&place.path(name));
        let people = people["annotations"].as_array().unwrap().iter();
        let values = people.flat_map(|person| person["keypoints"].as_array().unwrap().clone());
        values.map(|value| value.as_f64().unwrap()).collect()
    };
    let (boxed, again) = (joints("b.json"), joints("c.json"));
    assert_eq!(boxed.len(), 3 * 17 * 3);
    for (boxed, again) in boxed.iter().zip(&again) {
        assert!((boxed - again).abs() < 1e-2, "{boxed} {again}");
    }
    let out = place.arg("d.json");
    infer(&place, &["--boxes", &run, &images, "--out", &out]).fixable(&["run", "--boxes whole"]);
    let arch = |name| ["--boxes", &whole, "--boxes-arch", name, &images, "--out", &out];
    infer(&place, &arch("largest")).good();
    assert_eq!(joints("d.json"), boxed);
    // Hardly trained, another network finds others, or nobody.
    let other = infer(&place, &arch("smallest"));
    if other.code == Some(0) {
        assert_ne!(joints("d.json"), boxed);
    } else {
        other.fixable(&["nobody was found"]);
    }
    infer(&place, &arch("unknown")).fixable(&["unknown", "smallest"]);
    let needless = ["--boxes", "whole", "--boxes-arch", "smallest", &images, "--out", &out];
    infer(&place, &needless).fixable(&["--boxes-arch smallest", "--boxes RUN"]);
}

#[test]
fn refused_before_the_work() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    fs::create_dir(place.path("empty")).unwrap();
    fs::write(place.path("text.jpg"), "no picture").unwrap();
    fs::write(place.path("clip.mp4"), "no video").unwrap();
    fs::write(place.path("boxes.json"), "[{\"file_name\": \"x.jpg\", \"bbox\": [1, 2, 3, 4]}]")
        .unwrap();
    let (images, out) = (place.arg("data/images/val2017"), place.arg("out.json"));
    let [empty, text, absent] = ["empty", "text.jpg", "absent*.jpg"].map(|name| place.arg(name));
    let [clip, boxes] = ["clip.mp4", "boxes.json"].map(|name| place.arg(name));
    let whole = ["--boxes", "whole", "--out", &*out];
    for (more, said) in [
        (vec![&*images, "--out", &out], vec!["a person at a time", "--boxes whole"]),
        ([&whole[..], &[&empty]].concat(), vec!["empty", "holds no picture"]),
        ([&whole[..], &[&absent]].concat(), vec!["absent*.jpg", "pattern"]),
        ([&whole[..], &[&text]].concat(), vec!["text.jpg"]),
        ([&whole[..], &[&clip]].concat(), vec!["ffmpeg"]),
        (vec![&*images, "--boxes", &boxes, "--out", &out], vec!["boxes.json", "x.jpg"]),
        (
            [&whole[..], &[&images, "--labels", &empty]].concat(),
            vec!["--labels", "class per pixel"],
        ),
        ([&whole[..], &[&images, "--facts", "crowdpose"]].concat(), vec!["17 outputs", "--facts"]),
        ([&whole[..], &[&images, "--input", "65x64"]].concat(), vec!["65x64", "multiples of"]),
        (
            [&whole[..], &[&images, "--box-padding", "0"]].concat(),
            vec!["--box-padding", "0.5 to 4"],
        ),
        (vec![&*images, "--boxes", "whole", "--out", &empty], vec!["--out", "is not a file"]),
    ] {
        infer(&place, &more).fixable(&said);
        assert!(!place.path("out.json").exists(), "{more:?} left results");
    }
    let skipped = ["--skip-bad-images", &images, &text];
    let found = infer(&place, &[&whole[..], &skipped].concat()).good().json();
    assert_eq!(found["pictures"], 3);
}

#[cfg(target_os = "linux")]
#[test]
fn names_need_not_be_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let place = Place::new();
    place.supernet("run", &[]).good();
    let folder = place.path("odd").join(OsStr::from_bytes(b"nu\xff"));
    fs::create_dir_all(&folder).unwrap();
    let (name, bytes) = tree(&place.path("data/images/val2017")).remove(0);
    fs::write(folder.join(name), bytes).unwrap();
    let (run, csv, drawn) = (place.arg("run"), place.arg("joints.csv"), place.arg("drawn"));
    let infer = ["infer", "--run", &run, "--arch", "smallest", "--boxes", "whole", "--csv", &csv];
    scalenas(&[&infer[..], &["--pictures", &drawn, &place.arg("odd")]].concat()).good();
    assert_eq!(fs::read_to_string(&csv).unwrap().lines().count(), 2);
    assert_eq!(tree(&place.path("drawn")).len(), 1);
}
