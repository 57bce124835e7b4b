//! Figures of COCO keypoint evaluation equal those of the reference evaluator.

#![allow(clippy::unwrap_used, reason = "in a test the panic is the report")]

use std::path::{Path, PathBuf};

use scalenas_eval::{KeypointEvaluation, KeypointEvaluator, Sigmas, evaluate_keypoints};
use serde_json::Value;

/// Agreement asked for between two evaluators in double precision.
const TOLERANCE: f64 = 1e-9;

/// Results are named `mini_<split>_<kind>`; the split says which annotations they belong to.
fn annotations(shared: &Path, name: &str) -> PathBuf {
    let split = name.split('_').nth(1).expect("a name with a split");
    shared.join(format!("data/coco_mini/annotations/person_keypoints_{split}2017.json"))
}

fn compare_stats(name: &str, evaluation: &KeypointEvaluation, expected: &Value) {
    let stats = expected["stats"].as_object().expect("a table of figures");
    let ours = serde_json::to_value(evaluation.stats).unwrap();
    assert_eq!(ours.as_object().unwrap().len(), stats.len(), "{name}");
    for (key, value) in stats {
        let (found, wanted) = (ours[key].as_f64().expect(key), value.as_f64().unwrap());
        crate::common::assert_close(found, wanted, TOLERANCE, &format!("{name} {key}"));
    }
    for (key, value) in evaluation.stats.entries() {
        crate::common::assert_close(value, ours[key].as_f64().unwrap(), 0.0, key);
    }
}

fn compare_rows(name: &str, ours: &[[f64; 3]], expected: &Value) {
    let rows = expected.as_array().expect("one row per threshold");
    assert_eq!(ours.len(), rows.len(), "{name}");
    for (row, (found, wanted)) in ours.iter().zip(rows).enumerate() {
        for (area, (found, wanted)) in found.iter().zip(crate::common::numbers(wanted)).enumerate()
        {
            let what = format!("{name} at threshold {row}, area {area}");
            crate::common::assert_close(*found, wanted, TOLERANCE, &what);
        }
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn statistics_equal_the_reference_evaluator() {
    let shared = crate::common::shared();
    let expected = crate::common::json(&shared.join("golden/eval/coco_eval_expected.json"));
    for (name, expected) in expected.as_object().expect("a table of results") {
        let results = shared.join(format!("golden/eval/{name}_results.json"));
        let annotations = annotations(&shared, name);
        let evaluator = KeypointEvaluator::read(&annotations, &Sigmas::coco()).unwrap();
        let evaluation = evaluator.evaluate(&results).unwrap();
        assert_eq!(Some(evaluation.detections as u64), expected["detections"].as_u64(), "{name}");
        compare_stats(name, &evaluation, expected);
        let precision = &expected["precision_mean_per_iou_area"];
        compare_rows(&format!("{name} precision"), &evaluation.precision, precision);
        compare_rows(
            &format!("{name} recall"),
            &evaluation.recall,
            &expected["recall_per_iou_area"],
        );
        let list = scalenas_eval::results::read(&results).unwrap();
        let stats = evaluate_keypoints(&annotations, &list, &Sigmas::coco()).unwrap();
        assert_eq!(stats, evaluation.stats, "{name}: file and memory");
    }
}
