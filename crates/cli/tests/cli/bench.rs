//! `bench`: contents of its lines, and ratios to another program.

use std::fs;

use crate::common::{Place, scalenas};
use serde_json::json;

const SMALL: [&str; 8] = ["bench", "--width", "8", "--input", "32x32", "--reps", "1", "--json"];

#[test]
fn every_case_is_a_line_and_the_last_one_is_the_result() {
    let more = ["--arch", "smallest", "--batch", "1", "2", "--mode", "infer", "train"];
    let ran = scalenas(&[&SMALL[..], &more].concat()).good();
    let line = ran.json();
    assert_eq!([&line["mode"], &line["dtype"], &line["device"]], ["train", "f32", "cpu"]);
    assert_eq!(line["batch"], 2);
    let seconds = line["seconds"].as_f64().unwrap();
    let images = line["images_per_second"].as_f64().unwrap();
    assert!((images * seconds - 2.0).abs() < 1e-6, "{line}");
    for key in ["peak_gib", "gflops", "machine_gflops", "share_of_peak"] {
        assert!(line[key].as_f64().unwrap() > 0.0, "{key} of {line}");
    }
    assert!(line["ratio"].is_null(), "{line}");
    let cases = line["cases"].as_array().unwrap();
    let named: Vec<_> =
        cases.iter().map(|case| (case["mode"].as_str(), case["batch"].as_u64())).collect();
    let all = [("infer", 1), ("infer", 2), ("train", 1), ("train", 2)];
    assert_eq!(named, all.map(|(mode, batch)| (Some(mode), Some(batch))));
    assert_eq!(cases[3]["seconds"], line["seconds"]);
}

#[test]
fn bfloat16_is_no_share_of_the_peak_of_float32() {
    let more = ["--arch", "smallest", "--batch", "1", "--mode", "infer", "--precision", "bf16"];
    let line = scalenas(&[&SMALL[..], &more].concat()).good().json();
    assert_eq!(line["dtype"], "bf16");
    assert!(line["gflops"].as_f64().unwrap() > 0.0 && line["share_of_peak"].is_null(), "{line}");
}

#[test]
fn ratios_are_to_the_same_case() {
    let place = Place::new();
    let other = |name: &str, lines: &[serde_json::Value]| {
        let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
        fs::write(place.path(name), text.join("\n")).unwrap();
        place.arg(name)
    };
    let line = |batch: usize, dtype: &str, seconds: f64| {
        json!({ "mode": "infer", "batch": batch, "width": 8, "input": [32, 32], "dtype": dtype,
                "seconds": seconds })
    };
    let bench = |path: &str, batch: &str| {
        let more = ["--mode", "infer", "--batch", batch, "--against", path];
        scalenas(&[&SMALL[..], &more].concat())
    };
    let lines = [line(2, "f32", 1000.0), line(2, "f32", 500.0), line(2, "bf16", 1.0)];
    let both = other("torch.jsonl", &lines);
    let found = bench(&both, "2").good().json();
    let seconds = found["seconds"].as_f64().unwrap();
    assert!((found["ratio"].as_f64().unwrap() * seconds - 500.0).abs() < 1e-6, "{found}");

    bench(&both, "1").fixable(&["torch.jsonl", "batch 1", "3 lines"]);
    let torn = other("torn.jsonl", &[json!({ "mode": "infer", "batch": 2 })]);
    bench(&torn, "2").fixable(&["torn.jsonl line 1", "seconds"]);
    bench(&place.arg("nowhere.jsonl"), "2").fixable(&["nowhere.jsonl"]);
}
