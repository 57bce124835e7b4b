//! Number format of features: named in results, close to float32 in training, refused when unknown.

use crate::common::{Place, metrics, scalenas};

#[test]
fn bench_says_its_format() {
    let small = ["--width", "8", "--input", "32x32", "--batch", "1", "--reps", "1", "--json"];
    for format in ["f32", "bf16"] {
        let ran = scalenas(&[&["bench", "--precision", format], &small[..]].concat()).good();
        let line = ran.json();
        assert_eq!(line["dtype"], format);
        assert!(line["seconds"].as_f64().unwrap() > 0.0);
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
