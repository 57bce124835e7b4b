//! Costs and COCO figures beside those of the reference.

use std::fs;

use crate::common::{read_json, scalenas, text};
use crate::shared::shared;

/// Relative error of rounded reference figures, `8.60`.
const ROUNDED: f64 = 0.005;
const COCO: f64 = 1e-9;
const STATISTICS: [&str; 10] =
    ["AP", "AP50", "AP75", "AP_M", "AP_L", "AR", "AR50", "AR75", "AR_M", "AR_L"];

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn costs_of_published_masks_are_exact() {
    let shared = shared();
    let folder = shared.join("golden/masks");
    let expected = read_json(&folder.join("expected_cost.json"));
    let mut seen = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let Some(expected) = expected.get(name) else { continue };
        let json = read_json(&path.with_extension("json"));
        let [height, width] = [&json["input_hw"][0], &json["input_hw"][1]];
        let space = format!("{}_w{}", json["task"].as_str().unwrap(), json["width"])
            .replace("seg_", "segmentation_");
        let input = format!("{height}x{width}");
        let arguments =
            ["cost", "--arch", text(&path), "--space", &space, "--input", &input, "--json"];
        let found = scalenas(&arguments).good().json();
        for key in ["parameters", "macs"] {
            assert_eq!(found[key], expected[key], "{key} of {}", path.display());
        }
        let macs = found["macs"].as_f64().unwrap();
        assert_eq!(found["gmacs"].as_f64(), Some(macs / 1e9));
        assert_eq!(found["gimacs"].as_f64(), Some(macs / f64::from(1 << 30)));
        assert!(found["live_macs"].as_u64() <= found["macs"].as_u64());
        for key in ["gmacs", "gimacs"] {
            let (found, expected) = (found[key].as_f64().unwrap(), expected[key].as_f64().unwrap());
            assert!((found / expected - 1.0).abs() < ROUNDED, "{key}: {found} for {expected}");
        }
        seen += 1;
    }
    assert!(seen > 0, "no masks in {}", folder.display());
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn costs_of_named_architectures_are_exact() {
    let shared = shared();
    let expected = read_json(&shared.join("golden/masks/expected_cost.json"));
    let mut seen = 0;
    for (case, expected) in expected.as_object().unwrap() {
        // NAME_TASK_WIDTH_INPUT
        let parts: Vec<&str> = case.split('_').collect();
        let [name, task, width, input] = parts[..] else { continue };
        if !expected["macs"].is_u64() {
            continue;
        }
        let space = format!("{task}_{width}").replace("seg_", "segmentation_");
        let ran =
            scalenas(&["cost", "--arch", name, "--space", &space, "--input", input, "--json"]);
        let found = ran.good().json();
        for key in ["parameters", "macs"] {
            assert_eq!(found[key], expected[key], "{key} of {case}");
        }
        seen += 1;
    }
    assert!(seen > 0, "no named architectures in the file");
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn a_mask_alone_is_enough() {
    let shared = shared();
    for file in ["P2.npy", "P2.json"] {
        let mask = shared.join("golden/masks").join(file);
        let ran = scalenas(&["cost", "--arch", text(&mask), "--input", "256x192", "--json"]).good();
        assert_eq!(ran.json()["space"], "pose_w32");
        assert_eq!(ran.stderr.contains("taken as"), file.ends_with("npy"), "{}", ran.stderr);
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn results_score_as_with_the_coco_evaluator() {
    let shared = shared();
    let folder = shared.join("golden/eval");
    let expected = read_json(&folder.join("coco_eval_expected.json"));
    for (name, expected) in expected.as_object().unwrap() {
        let split = if name.contains("train") { "train" } else { "val" };
        let annotations =
            shared.join(format!("data/coco_mini/annotations/person_keypoints_{split}2017.json"));
        let results = folder.join(format!("{name}_results.json"));
        if !results.exists() {
            continue;
        }
        let (results, annotations) = (text(&results), text(&annotations));
        let arguments = ["eval-pose", "--results", results, "--annotations", annotations, "--json"];
        let found = scalenas(&arguments).good().json();
        assert_eq!(found.as_object().unwrap().len(), STATISTICS.len() + 1, "{found}");
        assert!(found["distances"]["mean_pixels"].as_f64() >= Some(0.0), "{found}");
        for key in STATISTICS {
            let expected = expected["stats"][key].as_f64().unwrap();
            let found = found[key].as_f64().unwrap_or_else(|| panic!("{name} has no {key}"));
            assert!((found - expected).abs() < COCO, "{name} {key}: {found} for {expected}");
        }
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn empty_results_score_zero_and_are_complained_about() {
    let shared = shared();
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("empty.json");
    fs::write(&results, "[]").unwrap();
    let annotations = shared.join("data/coco_mini/annotations/person_keypoints_val2017.json");
    let (results, annotations) = (text(&results), text(&annotations));
    let ran =
        scalenas(&["eval-pose", "--results", results, "--annotations", annotations, "--json"]);
    for key in STATISTICS {
        assert_eq!(ran.json()[key].as_f64(), Some(0.0), "{key}");
    }
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("empty.json"), "{ran:#?}");
}
