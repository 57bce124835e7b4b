//! Mistakes of the user: messages with file, key and value, exit code 2, no partial files.

use std::fs;
use std::process::Stdio;

use crate::common::{Place, Ran, command, ended, scalenas, text, tree};
use crate::shared::shared;
use serde_json::json;

/// Trains into a folder that must not exist afterwards.
fn refused(place: &Place, more: &[&str], said: &[&str]) {
    place.supernet("refused", more).fixable(said);
    assert!(!place.path("refused").exists(), "{:?}", fs::read_dir(place.path("refused")));
}

/// Annotation of a file by position.
fn annotation(file: &mut serde_json::Value, index: usize) -> &mut serde_json::Value {
    &mut file["annotations"][index]
}

#[test]
fn pictures_that_are_missing_or_damaged() {
    for damage in ["missing", "truncated"] {
        let place = Place::new();
        let pictures = tree(&place.path("data/images/train2017"));
        let (name, bytes) = &pictures[0];
        let path = place.path("data/images/train2017").join(name);
        if damage == "missing" {
            fs::remove_file(&path).unwrap();
        } else {
            fs::write(&path, &bytes[..bytes.len() / 3]).unwrap();
        }
        refused(&place, &[], &[name, "--skip-bad-images"]);
        let ran = place.supernet("skipped", &["--skip-bad-images", "--json"]).good();
        assert_eq!(ran.json()["skipped_images"], 1, "{ran:#?}");
        assert!(ran.stderr.contains(name.as_str()), "{ran:#?}");
    }
}

#[test]
fn annotations_that_are_cut_off() {
    let place = Place::new();
    let path = place.annotations("train");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    refused(&place, &[], &["person_keypoints_train2017.json", "line", "column"]);
}

#[test]
fn annotations_that_contradict_themselves() {
    type Damage = fn(&mut serde_json::Value);
    let cases: [(Damage, &[&str]); 3] = [
        (
            |file| annotation(file, 0)["keypoints"] = json!(vec![0; 42]),
            &["annotation", "keypoints", "14 joints", "17"],
        ),
        (
            |file| {
                let id = annotation(file, 0)["id"].clone();
                annotation(file, 1)["id"] = id;
            },
            &["id"],
        ),
        (|file| annotation(file, 0)["image_id"] = json!(987_654), &["987654"]),
    ];
    for (damage, said) in cases {
        let place = Place::new();
        place.change("train", damage);
        let said: Vec<&str> =
            said.iter().copied().chain(["person_keypoints_train2017.json"]).collect();
        refused(&place, &[], &said);
    }
}

#[test]
fn boxes_without_a_picture_are_left_out_or_named() {
    let whole = Place::new();
    let people = |place: &Place| -> Ran { place.supernet("plan", &["--dry-run", "--json"]) };
    let before = people(&whole).good().json()["train_people"].as_u64().unwrap();
    for (key, value) in [("bbox", json!([5000, 5000, 10, 10])), ("area", json!(0))] {
        let place = Place::new();
        place.change("train", |file| annotation(file, 0)[key] = value);
        let ran = people(&place);
        if ran.code == Some(0) {
            // By the published rule, training people have an area and a box on their picture.
            assert_eq!(ran.json()["train_people"].as_u64(), Some(before - 1), "{key}");
        } else {
            ran.fixable(&[key, "person_keypoints_train2017.json"]);
        }
    }
}

#[test]
fn results_that_cannot_be_scored() {
    let place = Place::new();
    let annotations = place.annotations("val");
    let results = place.arg("results.json");
    let score = || {
        scalenas(&[
            "eval-pose",
            "--results",
            &results,
            "--annotations",
            text(&annotations),
            "--json",
        ])
    };
    fs::write(&results, "[{\"image_id\": 1").unwrap();
    score().fixable(&["results.json"]);
    let wrong = json!([{"image_id": 1, "category_id": 1, "score": 0.5, "keypoints": [1, 2, 3]}]);
    fs::write(&results, wrong.to_string()).unwrap();
    score().fixable(&["results.json", "result 0", "1 joint", "17"]);
    let unknown = json!([{
        "image_id": 987_654, "category_id": 1, "score": 0.5, "keypoints": vec![1.0; 51],
    }]);
    fs::write(&results, unknown.to_string()).unwrap();
    score().fixable(&["results.json", "987654"]);
}

/// A figure that looks as if an option had been followed is a wrong one.
#[test]
fn options_that_change_nothing_are_refused() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let (run, annotations) = (place.arg("run"), place.annotations("val"));
    let score = |more: &[&str]| scalenas(&[&["eval-pose", "--run", &run], more].concat());
    score(&["--fit", "longer"]).fixable(&["--fit", "run", "boxes"]);
    score(&["--suppress", "0.5"]).fixable(&["--suppress", "run", "boxes"]);
    score(&["--scales", "0.5", "1.5"]).fixable(&["--scales", "none is 1"]);
    score(&["--box-threshold", "0.5"]).fixable(&["--detections"]);
    let boxes = ["--detections", "boxes.json", "--box-threshold", "NaN"];
    score(&boxes).fixable(&["--box-threshold", "NaN", "finite"]);
    let file = ["eval-pose", "--results", "found.json", "--annotations", text(&annotations)];
    for option in [
        &["--scales", "0.5", "1"][..],
        &["--flip-test", "off"],
        &["--input", "64x64"],
        &["--suppress", "0.5"],
        &["--box-padding", "1"],
        &["--arch", "largest"],
        &["--data", "data"],
        &["--split", "val"],
        &["--precision", "bf16"],
        &["--out", "again.json"],
    ] {
        scalenas(&[&file[..], option].concat()).fixable(&[option[0], "--results"]);
    }
    for verb in ["eval-pose", "eval-seg", "eval-class", "export", "infer"] {
        scalenas(&[verb, "--weights", "net.safetensors", "--arch", "largest"])
            .fixable(&["--weights", "--arch"]);
    }
    let pictures = place.arg("data/images/val2017");
    let (table, boxes) = (place.arg("found.csv"), ["--boxes", "whole"]);
    let infer = ["infer", "--run", &run, &pictures, "--csv", &table, "--scales", "2"];
    scalenas(&[&infer[..], &boxes].concat()).fixable(&["--scales", "none is 1"]);
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn masks_of_another_space() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let shared = shared();
    let mask = shared.join("golden/masks/P1.json");
    let run = place.arg("run");
    scalenas(&["eval-pose", "--run", &run, "--arch", text(&mask)]).fixable(&["P1.json", "module"]);
    let cost = ["cost", "--arch", text(&mask), "--space", "tiny", "--input", "64x64"];
    scalenas(&cost).fixable(&["P1.json", "module"]);
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn checkpoints_of_another_width() {
    let place = Place::new();
    let shared = shared();
    let weights = place.arg("w8.safetensors");
    let pth = shared.join("golden/model/superscalenet_pose_w8.pth");
    scalenas(&["import", "--pth", text(&pth), "--out", &weights]).good();
    for key in ["train.initial", "train.teacher"] {
        let change = format!("{key}={weights}");
        // Name, shape and expected shape of the first tensor that differs.
        let stem = "conv1.weight";
        let shapes = ["[64, 3, 3, 3]", "[16, 3, 3, 3]"];
        let said = [key, "w8.safetensors", stem, shapes[0], shapes[1]];
        refused(&place, &["--set", &change], &said);
    }
    let single = place.arg("single.safetensors");
    let take = ["import", "--pth", text(&pth), "--arch", "largest", "--out", &single];
    scalenas(&take).good();
    let change = format!("train.initial={single}");
    let said = ["train.initial", "single.safetensors", "conv1.weight", "[64, 3, 3, 3]"];
    refused(&place, &["--set", &change], &said);
    let change = format!("train.teacher={single}");
    let said = ["train.teacher", "single.safetensors", "conv1.weight", "[64, 3, 3, 3]"];
    refused(&place, &["--set", &change], &said);
    let absent = ["--set", "train.teacher=nowhere.safetensors"];
    refused(&place, &absent, &["train.teacher", "nowhere.safetensors"]);
}

#[test]
fn keys_that_do_not_exist() {
    let place = Place::new();
    let config = place.arg("small.ron");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("epochs", "epohcs")).unwrap();
    refused(&place, &[], &["small.ron", "epohcs", "epochs"]);
    fs::write(&config, text.replace("learning_rate: 1e-3", "learning_rate: \"fast\"")).unwrap();
    refused(&place, &[], &["small.ron", "learning_rate"]);
    fs::write(&config, text.replace("tiny", "tinny")).unwrap();
    refused(&place, &[], &["small.ron", "tinny", "tiny"]);
}

#[test]
fn options_out_of_range() {
    let place = Place::new();
    refused(&place, &["--epochs", "0"], &["epochs", "0"]);
    refused(&place, &["--batch", "1000"], &["batch", "1000"]);
    refused(&place, &["--set", "train.decay=-1"], &["decay", "-1"]);
    refused(
        &place,
        &["--set", "augment.rotation=-5"],
        &["small.ron", "augment.rotation: -5", "180"],
    );
    refused(&place, &["--set", "nothing"], &["KEY=VALUE"]);
    let data = place.arg("nowhere");
    let config = place.arg("small.ron");
    scalenas(&["supernet", "--config", &config, "--data", &data])
        .fixable(&["nowhere", "annotations"]);
    scalenas(&["evolve", "--run", &data]).fixable(&["nowhere"]);
    scalenas(&["report", "--run", &data]).fixable(&["nowhere"]);
    scalenas(&["bench", "--width", "8", "--input", "65x64"]).fixable(&["65x64", "32"]);
    let out = place.arg("huge");
    scalenas(&["synth", "--out", &out, "--size", "64x100000"])
        .fixable(&["width", "100000", "8192"]);
    assert!(!place.path("huge").exists());
    scalenas(&["quickstart", "--config", &config, "--out", &out]).fixable(&["small.ron", "synth"]);
    assert!(!place.path("huge").exists());
}

#[test]
fn options_that_the_run_does_not_fit() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let (before, run) = (tree(&place.path("run")), place.arg("run"));
    let folder = place.arg("data");
    for (more, said) in [
        (["--input", "60x64"], ["60x64", "32"]),
        (["--arch", "best"], ["best", "largest"]),
        (["--facts", "crowdpose"], ["17 joints", "--facts"]),
        (["--facts", "hand"], ["hand", "crowdpose"]),
        (["--out", &folder], ["--out", "data"]),
        (["--out", "/dev/null"], ["--out", "/dev/null"]),
        (["--detections", &place.arg("small.ron")], ["small.ron", "line"]),
        (["--split", "test"], ["test", "val"]),
    ] {
        scalenas(&[&["eval-pose", "--run", &run][..], &more].concat()).fixable(&said);
    }
    for (more, said) in [
        (["--max-gmacs", "1e-9"], ["max_gmacs", "smallest"]),
        (["--set", "search.survivors=0"], ["survivors", "0"]),
        (["--set", "search.survivor=3"], ["survivor", "did you mean survivors"]),
    ] {
        scalenas(&[&["evolve", "--run", &run][..], &more].concat()).fixable(&said);
    }
    assert!(tree(&place.path("run")) == before);
}

#[test]
fn devices_that_are_not_built_in() {
    let place = Place::new();
    let devices = [
        ("wgpu", cfg!(feature = "wgpu-plain")),
        ("vulkan", cfg!(feature = "vulkan-plain")),
        ("cuda", cfg!(feature = "cuda-plain")),
    ];
    for (device, _) in devices.into_iter().filter(|(_, built_in)| !built_in) {
        refused(&place, &["--device", device], &[device, "--features"]);
    }
    refused(&place, &["--device", "tpu"], &["tpu", "cpu"]);
}

/// The loader of Vulkan's drivers finds none; NVIDIA's library is not there either, or has no device of that number.
#[test]
fn devices_that_are_not_there() {
    let place = Place::new();
    let (config, data, out) = (place.arg("small.ron"), place.arg("data"), place.arg("refused"));
    for (device, built_in) in [
        ("wgpu", cfg!(feature = "wgpu-plain")),
        ("vulkan", cfg!(feature = "vulkan-plain")),
        ("cuda:99", cfg!(feature = "cuda-plain")),
    ] {
        if !built_in {
            continue;
        }
        for verb in [
            &["supernet", "--config", &config, "--data", &data, "--out", &out][..],
            &["bench", "--space", "tiny", "--arch", "largest", "--input", "64x64"],
        ] {
            let mut call = command(verb);
            call.args(["--device", device]).stdout(Stdio::piped()).stderr(Stdio::piped());
            for loader in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] {
                call.env(loader, place.path("no_driver.json"));
            }
            let said = ["--device", device, "driver", "--device cpu"];
            ended(call.spawn().unwrap()).fixable(&said);
        }
    }
    assert!(!place.path("refused").exists());
}

#[test]
fn help_has_examples() {
    let verbs = [
        "quickstart",
        "synth",
        "supernet",
        "evolve",
        "eval-pose",
        "cost",
        "import",
        "report",
        "bench",
    ];
    for verb in verbs {
        let ran = scalenas(&[verb, "--help"]).good();
        let (usage, examples) = ran.stdout.split_once("Example").expect("examples");
        for part in [usage, examples] {
            assert!(part.contains(&format!("scalenas {verb}")), "{ran:#?}");
        }
    }
    scalenas(&["supernett"]).fixable(&["supernet"]);
    scalenas(&["eval-pose"]).fixable(&["--results", "--run", "--weights"]);
}
