//! Thousands of real annotations: perfect results give 1, worse ones give less.

#![allow(clippy::unwrap_used, reason = "in a test the panic is the report")]

#[path = "suite/common/mod.rs"]
mod common;

use std::path::Path;

use scalenas_eval::{CocoResult, KeypointEvaluator, Sigmas, results};
use serde_json::Value;

const SUBSET: &str = "data/person_keypoints_val2017_subset.json";

/// A result for every annotation with labelled joints, moved by `shift` of the person's size.
fn moved(annotations: &Value, shift: f64) -> Vec<CocoResult> {
    let people = annotations["annotations"].as_array().expect("annotations");
    let labelled = people.iter().filter(|person| person["num_keypoints"] != 0);
    labelled
        .enumerate()
        .map(|(index, person)| {
            let area = person["area"].as_f64().expect("area");
            let numbers = common::numbers(&person["keypoints"]);
            let joint = |joint: &[f64; 3]| [joint[0] + shift * area.sqrt(), joint[1], 1.0];
            CocoResult {
                image_id: person["image_id"].as_i64().expect("image_id"),
                category_id: 1,
                keypoints: numbers.as_chunks::<3>().0.iter().map(joint).collect(),
                score: 1.0 - 1e-4 * (index % 997) as f64,
                bbox: person["bbox"]
                    .as_array()
                    .map(|_| common::numbers(&person["bbox"]).try_into().expect("four sides")),
            }
        })
        .collect()
}

fn assert_perfect(evaluator: &KeypointEvaluator, perfect: &[CocoResult]) {
    let evaluation = evaluator.evaluate(perfect).unwrap();
    assert_eq!(evaluation.people, perfect.len());
    for (name, value) in evaluation.stats.entries() {
        // Within an area range, a neighbour of another size may take a person's place.
        let tolerance = if name.contains('_') { 1e-2 } else { 1e-9 };
        common::assert_close(value, 1.0, tolerance, name);
    }
}

fn read(shared: &Path) -> (KeypointEvaluator, Value) {
    let path = shared.join(SUBSET);
    (KeypointEvaluator::read(&path, &Sigmas::coco()).unwrap(), common::json(&path))
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn perfect_results_give_one_and_moved_ones_less() {
    let shared = common::shared();
    let (evaluator, annotations) = read(&shared);
    assert_perfect(&evaluator, &moved(&annotations, 0.0));
    let mut last = 1.0;
    for shift in [0.05, 0.1, 0.2, 0.5] {
        let ap = evaluator.evaluate(&moved(&annotations, shift)).unwrap().stats.ap;
        assert!(ap < last, "AP {ap} at shift {shift}, {last} before");
        last = ap;
    }
    assert!(last < 0.01, "{last}");
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn writing_and_reading_changes_nothing() {
    let shared = common::shared();
    let (evaluator, annotations) = read(&shared);
    let list = moved(&annotations, 0.037);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.json");
    results::write(&path, &list).unwrap();
    assert_eq!(results::read(&path).unwrap(), list);
    assert_eq!(evaluator.evaluate(&path).unwrap(), evaluator.evaluate(&list).unwrap());
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn the_order_of_results_of_different_scores_does_not_matter() {
    let shared = common::shared();
    let (evaluator, annotations) = read(&shared);
    let mut list = moved(&annotations, 0.1);
    for (index, result) in list.iter_mut().enumerate() {
        result.score = 1.0 / (index + 1) as f64;
    }
    let forward = evaluator.evaluate(&list).unwrap();
    list.reverse();
    assert_eq!(evaluator.evaluate(&list).unwrap(), forward);
}
