//! Number format of features: named in results, close to float32 in training, refused when unknown.

use std::fs;

use scalenas_kernels::cpu::Level;

use crate::common::{Place, metrics, read_json, scalenas};

/// Format that `auto` stands for on this processor.
fn fastest() -> &'static str {
    if matches!(Level::current(), Level::Amx | Level::Avx512Pairs) { "bf16" } else { "f32" }
}

#[test]
fn bench_says_its_format() {
    let small = ["--width", "8", "--input", "32x32", "--batch", "1", "--reps", "1", "--json"];
    for format in ["f32", "bf16", "auto"] {
        let ran = scalenas(&[&["bench", "--precision", format], &small[..]].concat()).good();
        let line = ran.json();
        let settled = if format == "auto" { fastest() } else { format };
        assert_eq!(line["dtype"], settled);
        assert!(line["seconds"].as_f64().unwrap() > 0.0);
        assert_eq!(ran.stderr.contains(&format!("precision {settled}: cpu is")), format == "auto");
    }
    scalenas(&[&["bench", "--precision", "f8"], &small[..]].concat()).fixable(&["f8", "bf16"]);
}

#[test]
fn training_in_bfloat16_stays_near_float32() {
    let place = Place::new();
    let losses = |run: &str, precision: &str| -> Vec<f64> {
        place.supernet(run, &["--set", &format!("train.precision={precision}")]).good();
        let lines = metrics(&place.path(run));
        lines.iter().filter_map(|line| line["loss"].as_f64()).collect()
    };
    let (full, half) = (losses("full", "F32"), losses("half", "Bf16"));
    assert_eq!(full.len(), half.len());
    assert!(!full.is_empty() && full != half);
    for (full, half) in full.iter().zip(&half) {
        assert!((full - half).abs() < 0.05 * full, "{full}, {half}");
    }
    place.supernet("none", &["--set", "train.precision=F8"]).fixable(&["F8", "Bf16"]);
}

#[test]
fn auto_is_settled_before_a_run_is_written() {
    let place = Place::new();
    let ran = place.supernet("run", &["--set", "train.precision=Auto"]).good();
    let settled = if fastest() == "bf16" { "Bf16" } else { "F32" };
    assert!(ran.stderr.contains(&format!("precision {}: cpu is", fastest())), "{}", ran.stderr);
    let info = read_json(&place.path("run/run.json"));
    assert_eq!(info["train"]["precision"], settled);
    let kept = fs::read_to_string(place.path("run/experiment.ron")).unwrap();
    assert!(kept.contains(&format!("precision: {settled}")), "{kept}");
    let (run, alone) = (place.arg("run"), place.arg("alone"));
    let words = ["finetune", "--run", &run, "--arch", "smallest", "--epochs", "1", "--out", &alone];
    scalenas(&[&words[..], &["--set", "train.precision=Auto"]].concat()).good();
    assert_eq!(read_json(&place.path("alone/run.json"))["train"]["precision"], settled);
}

#[test]
fn evaluation_and_inference_take_a_format() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let (run, images) = (place.arg("run"), place.arg("data/images/val2017"));
    // Columns of joints' scores, which even a network that has learnt nothing gives.
    let scores = |format: &str| -> Vec<f64> {
        let out = place.arg(&format!("{format}.csv"));
        let words = ["infer", "--run", &run, "--arch", "smallest", "--boxes", "whole", &images];
        scalenas(&[&words[..], &["--csv", &out, "--precision", format]].concat()).good();
        let mut table = csv::Reader::from_path(&out).unwrap();
        let names = table.headers().unwrap().clone();
        let values = |row: csv::StringRecord| -> Vec<f64> {
            let joints = names.iter().zip(row.iter()).filter(|(name, _)| name.ends_with("_score"));
            joints.map(|(_, value)| value.parse().unwrap()).collect()
        };
        table.records().flat_map(|row| values(row.unwrap())).collect()
    };
    let (full, half) = (scores("f32"), scores("bf16"));
    assert_eq!(full.len(), half.len());
    assert!(!full.is_empty() && full != half, "{full:?}");
    for (full, half) in full.iter().zip(&half) {
        assert!((full - half).abs() < 0.1 * full.abs().max(0.01), "{full}, {half}");
    }
    assert_eq!(scores("auto"), if fastest() == "bf16" { half } else { full });
    let ap = |format: &str| {
        let words = ["eval-pose", "--run", &run, "--arch", "smallest", "--json"];
        scalenas(&[&words[..], &["--precision", format]].concat()).good().json()["AP"].as_f64()
    };
    let (full, half) = (ap("f32").unwrap(), ap("bf16").unwrap());
    assert!((full - half).abs() < 0.1, "{full}, {half}");
    let words = ["infer", "--run", &run, "--boxes", "whole", &images, "--out", "none.json"];
    scalenas(&[&words[..], &["--precision", "f8"]].concat()).fixable(&["f8", "bf16", "auto"]);
}

#[test]
fn scores_of_a_search_belong_to_their_format() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let run = place.arg("run");
    let evolve = |more: &[&str]| {
        let words = ["evolve", "--run", &run, "--generations", "1", "--json"];
        scalenas(&[&words[..], more].concat()).good()
    };
    evolve(&[]);
    evolve(&["--precision", "bf16", "--force"]);
    let list = scalenas(&["archive", "list", "--run", &run, "--json"]).good().json();
    let evaluations = list["evaluations"].as_array().unwrap();
    assert_eq!(evaluations.len(), 2, "{list}");
}
