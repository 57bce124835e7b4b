//! Networks for other runtimes, and exports that are refused.

use std::fs;

use serde_json::json;

use crate::common::{Place, read_json, scalenas, tree};

/// Exports a network of the run in `place`.
fn export(place: &Place, out: &str, more: &[&str]) -> crate::common::Ran {
    let (run, out) = (place.arg("run"), place.arg(out));
    let arguments = ["export", "--run", &run, "--arch", "smallest", "--out", &out, "--json"];
    scalenas(&[&arguments[..], more].concat())
}

#[test]
fn a_network_leaves_in_every_form_and_comes_back() {
    let place = Place::new();
    place.supernet("run", &["--box-padding", "1"]).good();
    let found = export(&place, "out/net.onnx", &["--decode", "--sample"]).good().json();
    assert_eq!(found["outputs"][0]["shape"], json!(["batch", 17, 2]));
    let names: Vec<String> = tree(&place.path("out")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["net.json", "net.onnx", "net.sample.safetensors"]);
    let about = read_json(&place.path("out/net.json"));
    assert_eq!(about["input"]["shape"], json!(["batch", 3, 64, 64]));
    assert_eq!(about["heads"][0]["picture"]["padding"], 1.0);
    assert_eq!(about["outputs"], found["outputs"]);
    assert_eq!(about["heads"][0]["joints"].as_array().unwrap().len(), 17);
    // Nothing depends on the hour.
    export(&place, "again/net.onnx", &["--decode", "--sample"]).good();
    assert!(tree(&place.path("out")) == tree(&place.path("again")), "one network, two files");

    let found = export(&place, "torch/net.py", &[]).good().json();
    assert_eq!(found["files"].as_array().unwrap().len(), 3);
    let code = fs::read_to_string(place.path("torch/net.py")).unwrap();
    let is_placeholder = |part: &str| part.len() > 1 && part.chars().all(char::is_uppercase);
    assert!(code.contains("net.safetensors") && !code.split('@').any(is_placeholder), "{code}");

    export(&place, "plain/net.safetensors", &[]).good();
    let (weights, data) = (place.arg("plain/net.safetensors"), place.arg("data"));
    let (run, results) = (place.arg("run"), place.arg("results.json"));
    let results = |network: &[&str]| {
        let rest = ["--data", &data, "--flip-test", "off", "--out", &results];
        scalenas(&[&["eval-pose"], network, &rest].concat()).good();
        read_json(results.as_ref())
    };
    // The size of the input and of crops and the joints are known from the description beside the weights.
    let exported = results(&["--weights", &weights]);
    assert_eq!(exported, results(&["--run", &run, "--arch", "smallest"]));
    let weights_in = |more: &[&str]| results(&[&["--weights", &weights], more].concat());
    assert_eq!(exported, weights_in(&["--input", "64x64", "--box-padding", "1"]));
    assert_ne!(exported, weights_in(&["--box-padding", "1.25"]));
    let description = place.path("plain/net.json");
    for (text, said) in [
        (r#"{"format": "scalenas-export", "version": 1, "input": 64}"#, "invalid type"),
        (r#"{"format": "scalenas-export", "version": 2}"#, "version is 2"),
    ] {
        fs::write(&description, text).unwrap();
        let score = ["eval-pose", "--weights", &weights, "--data", &data];
        scalenas(&score).fixable(&["plain/net.json", said, "`export`"]);
    }
    fs::remove_file(&description).unwrap();
    assert_eq!(exported, weights_in(&["--input", "64x64", "--box-padding", "1"]));
    let whole = place.arg("whole.onnx");
    scalenas(&["export", "--weights", &weights, "--input", "96x64", "--out", &whole]).good();
}

#[test]
fn refused_before_the_work_and_nothing_is_left() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    fs::write(place.path("file"), "").unwrap();
    for (out, more, said) in [
        ("out/net.tflite", &[][..], &["net.tflite", ".onnx, .safetensors, .py"][..]),
        ("out/net", &[], &["the ending chooses the form"]),
        ("out/net.py", &["--decode"], &["--decode", "net.py", ".onnx"]),
        ("out/net.onnx", &["--opset", "13"], &["opset 13", "17 to 21"]),
        ("out/net.onnx", &["--input", "65x64"], &["65x64", "multiples of"]),
        ("out/net.onnx", &["--facts", "crowdpose"], &["17 outputs", "crowdpose", "--facts"]),
        ("out/net.onnx", &["--task", "segmentation"], &["TopDown", "--task"]),
        ("file/net.onnx", &[], &["--out", "cannot be written"]),
    ] {
        export(&place, out, more).fixable(said);
        assert!(!place.path("out").exists(), "{out} {more:?} left something");
    }
    let run = place.arg("data");
    let out = place.arg("out/net.onnx");
    scalenas(&["export", "--run", &run, "--out", &out]).fixable(&["is not a run folder"]);
    scalenas(&["export", "--weights", &run, "--out", &out]).fixable(&["data"]);
}

#[test]
fn people_are_not_grouped_in_a_graph() {
    let place = Place::new();
    let experiment = fs::read_to_string(place.path("small.ron")).unwrap();
    let experiment = experiment.replace("\"tiny\"", "\"tiny_bottom_up\"");
    let experiment = experiment.replace("validation_people: 4", "validation_people: 2");
    fs::write(place.path("small.ron"), experiment).unwrap();
    place.supernet("run", &[]).good();
    export(&place, "out/net.onnx", &["--decode"]).fixable(&["BottomUp", "leave out --decode"]);
    assert!(!place.path("out").exists());
    let found = export(&place, "out/net.onnx", &["--sample"]).good().json();
    assert_eq!(found["outputs"][1]["shape"], json!(["batch", 17, 32, 32]));
}
