//! `check-device`: compared operations, and the effect of a difference.

use crate::common::scalenas;

const SMALL: [&str; 5] = ["check-device", "--space", "tiny", "--input", "64x64"];

#[test]
fn every_operation_is_compared() {
    let ran = scalenas(&[&SMALL[..], &["--json"]].concat()).good();
    let report = ran.json();
    assert_eq!(report["passed"], true);
    let operations = report["operations"].as_array().unwrap();
    for kind in ["conv 3x3/1", "conv 3x3/2", "conv 1x1/1", "norm", "fusion"] {
        let of_kind = |operation: &&serde_json::Value| {
            operation["operation"].as_str().unwrap().starts_with(kind)
        };
        let found: Vec<_> = operations.iter().filter(of_kind).collect();
        assert!(!found.is_empty(), "{kind}");
        for operation in found {
            // Two implementations, which round differently somewhere: not one compared with itself.
            assert!(operation["result"].is_number() && operation["features"].is_number());
            assert_eq!(operation["weights"].is_number(), kind != "fusion");
        }
    }
    assert!(operations[0]["result"].as_f64().unwrap() > 0.0);
}

/// Names of the operations of a space.
fn operations(space: &str) -> Vec<String> {
    let call = ["check-device", "--space", space, "--input", "64x64", "--json"];
    let report = scalenas(&call).good().json();
    let operations = report["operations"].as_array().unwrap().iter();
    operations.map(|operation| operation["operation"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_space_of_classes_has_its_strided_and_its_last_layers() {
    let names = operations("tiny_classification");
    let count = |kind: &str| names.iter().filter(|name| name.starts_with(kind)).count();
    for conv in ["3x3/2 64 to 128, ", "3x3/2 256 to 512, ", "1x1/1 512 to 1024, "] {
        assert_eq!(count(&format!("conv {conv}")), 1, "{conv}: {names:?}");
    }
    assert_eq!((count("interpolation"), count("log-likelihood")), (0, 0), "{names:?}");
}

#[test]
fn a_space_of_labels_has_operations_of_its_own() {
    let names = operations("tiny_segmentation");
    let count = |kind: &str| names.iter().filter(|name| name.starts_with(kind)).count();
    assert_eq!((count("interpolation"), count("log-likelihood")), (3, 1), "{names:?}");
    // The layer that sees all branches runs for each of them alone.
    let widths = [16, 32, 48, 64];
    let all: usize = widths.iter().sum();
    for width in widths {
        assert!(count(&format!("conv 1x1/1 {width} to {all}, ")) == 1, "{width}: {names:?}");
    }
    assert_eq!(count(&format!("conv 1x1/1 {all} to {all}, ")), 0, "{names:?}");
}

#[test]
fn a_difference_is_an_error() {
    let ran = scalenas(&[&SMALL[..], &["--limit", "1e-9", "--json"]].concat());
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let report = ran.json();
    assert_eq!(report["passed"], false);
    let worst = report["operations"][0]["operation"].as_str().unwrap();
    assert!(ran.stderr.contains(&format!("the worst: {worst}")), "{ran:#?}");
}

#[test]
fn fewer_bits_differ_more_and_pass() {
    let worst = |format: &str| {
        let report =
            scalenas(&[&SMALL[..], &["--precision", format, "--json"]].concat()).good().json();
        let operation = &report["operations"][0];
        ["result", "features", "weights"]
            .iter()
            .filter_map(|key| operation[key].as_f64())
            .fold(0.0, f64::max)
    };
    assert!(worst("f32") < 1e-5);
    assert!(worst("bf16") > 1e-4);
}

#[test]
fn wrong_arguments_are_named() {
    scalenas(&["check-device", "--space", "tinny"]).fixable(&["tinny", "did you mean tiny"]);
    scalenas(&["check-device", "--input", "50x64"]).fixable(&["50x64", "multiples of 32"]);
    scalenas(&["check-device", "--batch", "0"]).fixable(&["--batch", "at least 1"]);
    scalenas(&["check-device", "--device", "tpu"]).fixable(&["tpu", "cuda"]);
}
