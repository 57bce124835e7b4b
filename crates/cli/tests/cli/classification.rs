//! Classification from folders of classes to report and export, and as the start of other tasks.

use std::fs;

use serde_json::Value;

use crate::common::{Place, Ran, read_json, scalenas, tree};

const EXPERIMENT: &str = r#"(
    version: 1,
    space: "tiny_classification",
    input: (64, 64),
    views: (least_area: 0.5),
    train: (epochs: 2, batch: 4, learning_rate: 1e-3, milestones: [1], validate_every: 2,
            calibration_batches: 1, log_every: 1),
    search: (initial_per_group: 1, survivors: 4, generations: 1, offspring: 3),
)"#;

/// Shapes of eight classes and an experiment.
fn shapes() -> Place {
    let place = Place::empty();
    let synth = ["synth", "--task", "classification", "--out", &place.arg("shapes")];
    scalenas(&[&synth[..], &["--size", "64x80", "--train", "16", "--val", "8"]].concat()).good();
    fs::write(place.path("shapes.ron"), EXPERIMENT).unwrap();
    place
}

fn supernet(place: &Place, run: &str, more: &[&str]) -> Ran {
    let (config, data, out) = (place.arg("shapes.ron"), place.arg("shapes"), place.arg(run));
    let arguments = ["supernet", "--config", &config, "--data", &data, "--out", &out, "--json"];
    scalenas(&[&arguments[..], more].concat())
}

#[test]
fn from_folders_to_report() {
    let place = shapes();
    let run = place.arg("run");
    let data = place.arg("shapes");
    let check = ["check-data", "--task", "classification", "--data", &data, "--json"];
    let checked = scalenas(&check).good().json();
    assert!(checked.to_string().contains("fewer than ten pictures"), "{checked}");
    let sheet = place.arg("sheet.svg");
    supernet(&place, "run", &["--dry-run", "--sheet", &sheet, "--samples", "5"]).good();
    let drawn = fs::read_to_string(sheet).unwrap();
    assert!(drawn.matches("<image").count() == 5 && drawn.contains("ring: "), "{}", drawn.len());
    assert_eq!(supernet(&place, "run", &[]).good().json()["iterations"], 8);
    let searched =
        scalenas(&["evolve", "--run", &run, "--set", "search.halving=1", "--json"]).good().json();
    let best = searched["front"].as_array().unwrap().last().unwrap().clone();
    let score = ["eval-class", "--run", &run, "--arch", "best", "--json"];
    let found = scalenas(&score).good().json();
    // The search scored this network on these pictures.
    assert_eq!((&found["top_one"], &found["pictures"]), (&best["top_one"], &8.into()));
    assert_eq!(found["classes"].as_object().unwrap().len(), 8);
    assert!(found["top_five"].as_f64() >= found["top_one"].as_f64());
    scalenas(&["report", "--run", &run]).good();
    let page = fs::read_to_string(place.path("run/report.html")).unwrap();
    assert!(page.contains("top-1") && page.contains("data:image"));
    // Plain pictures get the class that the evaluation counts.
    let (net, out, csv) = (place.arg("net.safetensors"), place.arg("o.json"), place.arg("o.csv"));
    scalenas(&["export", "--run", &run, "--arch", "best", "--out", &net]).good();
    assert_eq!(read_json(&place.path("net.json"))["heads"][0]["classes"][0]["name"], "bars");
    let val = place.arg("shapes/val");
    let infer = ["infer", "--run", &run, "--arch", "best", &val, "--out", &out, "--csv", &csv];
    scalenas(&infer).good();
    let named = read_json(&place.path("o.json"));
    let pictures = named["pictures"].as_array().unwrap();
    let is_right = |picture: &&Value| {
        let (file, class) = (picture["file_name"].as_str().unwrap(), picture["class"].as_str());
        file.contains(&format!("/{}/", class.unwrap()))
    };
    let share = pictures.iter().filter(is_right).count() as f64 / 8.0;
    assert_eq!(found["top_one"], share);
    let rows = fs::read_to_string(place.path("o.csv")).unwrap();
    assert_eq!((rows.lines().count(), rows.lines().next().unwrap().split(',').count()), (9, 10));
    // The exported network is scored with the folders of the data as its classes.
    let file = ["eval-class", "--weights", &net, "--data", &data, "--json"];
    assert_eq!(scalenas(&file).good().json(), found);
    let decoded = place.arg("net.onnx");
    scalenas(&["export", "--run", &run, "--decode", "--sample", "--out", &decoded]).good();
    let outputs = read_json(&place.path("net.json"))["outputs"].clone();
    assert_eq!(
        (&outputs[0]["name"], &outputs[1]["name"]),
        (&"probabilities".into(), &"class".into())
    );
}

#[test]
fn one_seed_one_result_and_resume() {
    let place = shapes();
    for run in ["a", "b"] {
        supernet(&place, run, &[]).good();
    }
    let read = |run: &str| fs::read(place.path(run).join("supernet.safetensors")).unwrap();
    assert!(read("a") == read("b"));
    // The data may move: the run knows its classes.
    fs::rename(place.path("shapes"), place.path("moved")).unwrap();
    let (run, moved) = (place.arg("a"), place.arg("moved"));
    scalenas(&["eval-class", "--run", &run, "--data", &moved]).good();
    let more = ["supernet", "--resume", &run, "--data", &moved, "--epochs", "3"];
    scalenas(&more).good();
    assert!(read("a") != read("b"));
}

#[test]
fn other_tasks_start_from_it() {
    let place = shapes();
    supernet(&place, "run", &[]).good();
    let initial = format!("train.initial={}", place.arg("run/supernet.safetensors"));
    let people = Place::new();
    let said = people.supernet("run", &["--set", &initial]).good().stderr;
    assert!(said.contains("final_layer"), "{said}");
    let streets = place.arg("streets");
    let synth = ["synth", "--task", "segmentation", "--out", &streets, "--size", "64x64"];
    scalenas(&[&synth[..], &["--train", "4", "--val", "2"]].concat()).good();
    let own = EXPERIMENT.replace("tiny_classification", "tiny_segmentation");
    fs::write(place.path("seg.ron"), own).unwrap();
    let (config, out) = (place.arg("seg.ron"), place.arg("seg"));
    let train = ["supernet", "--config", &config, "--data", &streets, "--out", &out];
    let said = scalenas(&[&train[..], &["--set", &initial]].concat()).good().stderr;
    assert!(said.contains("last_layer"), "{said}");
}

#[test]
fn refused_before_the_work() {
    let place = shapes();
    let data = place.arg("shapes");
    let strange = place.path("shapes/val/hexagon");
    fs::create_dir(&strange).unwrap();
    supernet(&place, "run", &[]).fixable(&["val/hexagon", "bars", "triangle"]);
    fs::remove_dir(&strange).unwrap();
    fs::write(place.path("shapes/train/ring/x.jpg"), "no picture").unwrap();
    supernet(&place, "run", &[]).fixable(&["ring/x.jpg"]);
    assert!(!place.path("run").exists());
    fs::remove_file(place.path("shapes/train/ring/x.jpg")).unwrap();
    supernet(&place, "run", &["--set", "views.least_area=0"]).fixable(&["views.least_area"]);
    let contrast = ["--set", "appearance.contrast=2"];
    supernet(&place, "run", &contrast).fixable(&["appearance.contrast: 2", "0 to 1"]);
    supernet(&place, "run", &["--set", "facts=pets.ron"]).fixable(&["pets.ron", "accepted"]);
    let facts = place.arg("own.ron");
    let write =
        ["check-data", "--task", "classification", "--data", &data, "--write-facts", &facts];
    scalenas(&write).good();
    let own = fs::read_to_string(place.path("own.ron")).unwrap();
    fs::write(place.path("own.ron"), own.replace("\"bars\"", "\"lines\"")).unwrap();
    let own = format!("facts={facts}");
    supernet(&place, "run", &["--set", &own]).fixable(&["bars", "lines"]);
    supernet(&place, "run", &[]).good();
    let run = place.arg("run");
    scalenas(&["eval-pose", "--run", &run]).fixable(&["run", "eval-class"]);
    scalenas(&["eval-seg", "--run", &run]).fixable(&["run", "eval-class"]);
    let people = Place::new();
    people.supernet("run", &[]).good();
    scalenas(&["eval-class", "--run", &people.arg("run")]).fixable(&["run", "eval-pose"]);
    let (csv, drawn) = (place.arg("o.csv"), place.arg("drawn"));
    let infer = ["infer", "--run", &run, &data, "--csv", &csv, "--pictures", &drawn];
    scalenas(&infer).fixable(&["--pictures", "--csv"]);
    let infer = ["infer", "--run", &run, &data, "--csv", &csv];
    for option in [["--scales", "2"], ["--least-score", "0.5"], ["--labels", "labels"]] {
        scalenas(&[&infer[..], &option].concat()).fixable(&[option[0], "accepted"]);
    }
    let export = ["export", "--run", &run, "--out", &place.arg("net.onnx")];
    for words in [&infer[..], &export] {
        scalenas(&[words, &["--box-padding", "1"]].concat()).fixable(&["--box-padding", "whole"]);
    }
    scalenas(&["synth", "--task", "classification", "--out", &data]).fixable(&["--force"]);
    assert_eq!(tree(&place.path("shapes/val")).len(), 8);
}
