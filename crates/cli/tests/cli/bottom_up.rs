//! Bottom-up pose from pictures to report, real samples, and refused arguments.

use std::fs;
use std::path::Path;

use crate::common::{Place, read_json, scalenas, text, tree};
use crate::shared::shared;

const EXPERIMENT: &str = "(
    version: 1,
    space: \"tiny_bottom_up\",
    input: (64, 64),
    train: (epochs: 2, batch: 4, learning_rate: 1e-3, milestones: [1], validate_every: 2,
            validation_people: 2, calibration_batches: 1, log_every: 1),
    search: (initial_per_group: 1, survivors: 4, generations: 1, offspring: 3),
)";

/// People of [`Place`] and a bottom-up experiment.
fn crowd() -> Place {
    let place = Place::new();
    fs::write(place.path("small.ron"), EXPERIMENT).unwrap();
    place
}

#[test]
fn from_pictures_to_report() {
    let place = crowd();
    for run in ["run", "again"] {
        place.supernet(run, &[]).good();
    }
    let read = |run: &str| fs::read(place.path(run).join("supernet.safetensors")).unwrap();
    assert!(read("run") == read("again"), "one seed, two results");
    let run = place.arg("run");
    let searched =
        scalenas(&["evolve", "--run", &run, "--set", "search.halving=1", "--json"]).good().json();
    assert!(!searched["front"].as_array().unwrap().is_empty());
    let (pictures, results) = (place.arg("pictures"), place.arg("results.json"));
    let score = ["eval-pose", "--head", "bottom-up", "--run", &run, "--arch", "best", "--json"];
    let kept = ["--pictures", &pictures, "--out", &results];
    let found = scalenas(&[&score[..], &kept].concat()).good().json();
    let ap = found["AP"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&ap), "{ap}");
    assert_eq!(tree(&place.path("pictures")).len(), 3);
    // The written results score the same.
    let annotations = place.annotations("val");
    let again = ["eval-pose", "--results", &results, "--annotations", text(&annotations), "--json"];
    let written = scalenas(&again);
    assert!(
        written.code == Some(0) || read_json(&place.path("results.json")) == serde_json::json!([])
    );
    assert_eq!(written.json()["AP"], found["AP"]);
    let few = place.arg("few.json");
    scalenas(&[&score[..], &["--suppress", "0.1", "--out", &few]].concat()).good();
    let count = |name: &str| read_json(&place.path(name)).as_array().unwrap().len();
    assert!(count("few.json") <= count("results.json"));
    let counted = scalenas(&[&again[..], &["--count-above", "0.2"]].concat()).json();
    let counted = &counted["counted"];
    // The number of people in a crowd is unknown.
    let known = read_json(&annotations);
    let crowds = known["annotations"].as_array().unwrap().iter().filter(|a| a["iscrowd"] == 1);
    let crowds: std::collections::BTreeSet<_> = crowds.map(|a| a["image_id"].as_i64()).collect();
    assert_eq!(counted["pictures"], 3 - crowds.len(), "{counted}");
    assert!(counted["right"].as_u64() <= counted["within_one"].as_u64(), "{counted}");
    scalenas(&[&again[..], &["--count-above", "2"]].concat()).fixable(&["--count-above", "0 to 1"]);
    scalenas(&[&score[..], &["--suppress", "2"]].concat()).fixable(&["--suppress", "0 to 1"]);
    let scales = ["--scales", "0.5", "1", "--flip-test", "off"];
    scalenas(&[&score[..], &scales].concat()).good();
    scalenas(&["report", "--run", &run]).good();
    let page = fs::read_to_string(place.path("run/report.html")).unwrap();
    assert!(page.contains("people found"), "no predictions in the report");
}

#[test]
fn pictures_are_fitted_as_in_training() {
    let place = crowd();
    let sheet = place.arg("sheet.svg");
    place.supernet("run", &["--dry-run", "--sheet", &sheet, "--samples", "2"]).good();
    let drawn = fs::read_to_string(sheet).unwrap();
    assert!(drawn.matches("<image").count() == 2 && drawn.contains("with joints"));
    place.supernet("run", &["--set", "scenes.fit=Longer"]).good();
    let run = place.arg("run");
    let found = |name: &str, more: &[&str]| {
        let out = place.arg(name);
        let score = ["eval-pose", "--run", &run, "--out", &out, "--json"];
        scalenas(&[&score[..], more].concat()).good();
        fs::read(place.path(name)).unwrap()
    };
    let own = found("own.json", &[]);
    assert!(own == found("longer.json", &["--fit", "longer"]));
    assert!(own != found("shorter.json", &["--fit", "shorter"]));
    let score = ["eval-pose", "--run", &run];
    scalenas(&[&score[..], &["--fit", "both"]].concat()).fixable(&["--fit", "shorter", "longer"]);
    let boxes = ["--detections", "boxes.json"];
    scalenas(&[&score[..], &boxes].concat()).fixable(&["--detections", "run", "whole pictures"]);
    scalenas(&[&score[..], &["--box-padding", "1"]].concat()).fixable(&["--box-padding", "run"]);
    place.supernet("none", &["--set", "scenes.fit=Both"]).fixable(&["Both", "Longer"]);
    for (option, value) in [("--boxes", "whole"), ("--box-padding", "1")] {
        let key = option.trim_start_matches('-').replace('-', "_");
        place.supernet("none", &[option, value]).fixable(&[&key, "whole pictures"]);
    }
    let changed = ["--set", "files.box_padding=9"];
    place.supernet("none", &changed).fixable(&["box_padding: 9", "0.5 to 4"]);
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn higher_hrnet_runs_on_real_pictures() {
    let shared = shared();
    let place = Place::empty();
    let weights = place.arg("higher.safetensors");
    let pth = shared.join("golden/bottom_up/higher_hrnet_w8.pth");
    let imported = scalenas(&["import", "--pth", text(&pth), "--out", &weights, "--json"]).good();
    assert_eq!(imported.json()["space"], "bottom_up_w8");
    let sample = shared.join("data/coco_sample");
    let annotations = annotation_file(&sample);
    let on = ["--annotations", text(&annotations), "--images", text(&sample)];
    let score = ["eval-pose", "--weights", &weights, "--input", "128x128", "--json"];
    let stats = scalenas(&[&score[..], &on].concat()).good().json();
    assert!(stats["AP"].as_f64().is_some());
    scalenas(&[&score[..], &on, &["--head", "top-down"]].concat())
        .fixable(&["higher.safetensors", "bottom-up"]);
    scalenas(&[&score[..], &on, &["--scales", "0.5", "2"]].concat()).fixable(&["--scales", "1"]);
}

/// Annotation file of a folder of samples.
fn annotation_file(folder: &Path) -> std::path::PathBuf {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .filter(|path| read_json(path).get("annotations").is_some())
        .collect();
    files.sort();
    files.swap_remove(0)
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn crowdpose_runs_through_reader_evaluation_and_drawing() {
    let shared = shared();
    let sample = shared.join("data/crowdpose_sample");
    let place = Place::empty();
    let annotations = place.path("crowd/annotations");
    fs::create_dir_all(&annotations).unwrap();
    fs::create_dir_all(place.path("crowd/images")).unwrap();
    let file = annotation_file(&sample);
    for part in ["train", "val"] {
        fs::copy(&file, annotations.join(format!("crowdpose_{part}.json"))).unwrap();
    }
    let known = read_json(&file);
    for image in known["images"].as_array().unwrap() {
        let name = image["file_name"].as_str().unwrap();
        fs::copy(sample.join(name), place.path("crowd/images").join(name)).unwrap();
    }
    let experiment = EXPERIMENT
        .replace("input: (64, 64),", "input: (64, 64), facts: \"crowdpose\",")
        .replace("batch: 4", "batch: 2");
    fs::write(place.path("crowd.ron"), experiment).unwrap();
    let (config, data, run) = (place.arg("crowd.ron"), place.arg("crowd"), place.arg("run"));
    scalenas(&["supernet", "--config", &config, "--data", &data, "--out", &run]).good();
    let pictures = place.arg("pictures");
    let ran = scalenas(&["eval-pose", "--run", &run, "--pictures", &pictures, "--json"]).good();
    let stats = ran.json();
    for key in ["AP", "AP_easy", "AP_medium", "AP_hard"] {
        assert!(stats[key].as_f64().is_some(), "{key} in {stats}");
    }
    assert_eq!(tree(&place.path("pictures")).len(), 2);
    // The file scored as COCO.
    let plain = ["--set", "facts=coco", "--out", &place.arg("other")];
    let train = ["supernet", "--config", &config, "--data", &data];
    scalenas(&[&train[..], &plain].concat()).fixable(&["crowdpose_", "14 joints", "17"]);
}

#[test]
fn what_does_not_fit_is_named() {
    let place = crowd();
    place.supernet("run", &["--set", "input=[64, 96]"]).fixable(&["64x96", "equal sides"]);
    let wrong = ["--set", "scenes.least_scale=0"];
    place.supernet("run", &wrong).fixable(&["scenes.least_scale", "above 0"]);
    assert!(!place.path("run").exists());
    place.change("train", |file| {
        let image = file["images"][0].clone();
        for annotation in file["annotations"].as_array_mut().unwrap() {
            if annotation["image_id"] == image["id"] {
                annotation["iscrowd"] = 1.into();
                annotation["segmentation"] = serde_json::json!({"size": [3, 3], "counts": [0, 9]});
            }
        }
    });
    place.supernet("run", &[]).fixable(&["segmentation", "size 3x3", "96x128"]);
    place.change("train", |file| file["annotations"] = serde_json::json!([]));
    place.supernet("run", &[]).fixable(&["no people"]);
}
