//! The evaluator's habits that users trip over, and what bad input gets.

#![allow(clippy::unwrap_used, reason = "in a test the panic is the report")]

use std::path::PathBuf;
use std::{fs, path::Path};

use scalenas_eval::{
    CocoResult, CrowdPoseEvaluator, KeypointEvaluator, NOT_COMPUTED, Sigmas, evaluate_keypoints,
    results,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::{hit, people};

fn saved(value: &Value) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("annotations.json");
    fs::write(&path, value.to_string()).unwrap();
    (folder, path)
}

fn ap(annotations: &Value, results: &[CocoResult]) -> f64 {
    let (_folder, path) = saved(annotations);
    evaluate_keypoints(&path, results, &Sigmas::coco()).unwrap().ap
}

fn problem(annotations: &Value, results: &[CocoResult]) -> String {
    let (_folder, path) = saved(annotations);
    evaluate_keypoints(&path, results, &Sigmas::coco()).unwrap_err().to_string()
}

fn file_problem(text: &str) -> String {
    let (folder, annotations) = saved(&people(1));
    let path = folder.path().join("found.json");
    fs::write(&path, text).unwrap();
    evaluate_keypoints(&annotations, &path, &Sigmas::coco()).unwrap_err().to_string()
}

#[track_caller]
fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn nothing_found_is_zero_and_nobody_there_is_not_computed() {
    let (folder, annotations) = saved(&people(2));
    let path = folder.path().join("found.json");
    fs::write(&path, "[]").unwrap();
    let stats = evaluate_keypoints(&annotations, &path, &Sigmas::coco()).unwrap();
    for (name, value) in stats.entries() {
        let medium = name.ends_with("_M");
        crate::common::assert_close(value, if medium { NOT_COMPUTED } else { 0.0 }, 0.0, name);
    }
    let nobody = json!({"images": [{"id": 1}], "annotations": [], "categories": [{"id": 1}]});
    crate::common::assert_close(ap(&nobody, &[hit(0)]), NOT_COMPUTED, 0.0, "nobody");
}

#[test]
fn perfect_hits_give_one() {
    crate::common::assert_close(ap(&people(3), &[hit(0), hit(1), hit(2)]), 1.0, 1e-9, "AP");
}

#[test]
fn an_annotation_with_id_zero_is_never_hit() {
    let mut annotations = people(1);
    annotations["annotations"][0]["id"] = json!(0);
    let (_folder, path) = saved(&annotations);
    let evaluator = KeypointEvaluator::read(&path, &Sigmas::coco()).unwrap();
    let evaluation = evaluator.evaluate(&vec![hit(0)]).unwrap();
    assert!(evaluation.has_zero_id);
    crate::common::assert_close(evaluation.stats.ap, 0.0, 0.0, "AP");
    crate::common::assert_close(evaluation.stats.ar, 0.0, 0.0, "AR");
}

#[test]
fn area_zero_matches_nothing_but_exact_hits() {
    let mut annotations = people(1);
    annotations["annotations"][0]["area"] = json!(0.0);
    let mut near = hit(0);
    near.keypoints.iter_mut().for_each(|joint| joint[0] += 0.01);
    crate::common::assert_close(ap(&annotations, &[near]), 0.0, 0.0, "near");
}

#[test]
fn a_box_in_the_results_changes_the_area_of_a_detection() {
    let (_folder, path) = saved(&people(1));
    let large = |bbox| {
        // A better-scored miss counts as false only where its own area is in the range.
        let mut miss = hit(0);
        miss.keypoints.iter_mut().for_each(|joint| joint[0] += 1000.0);
        miss.score = 1.0;
        let mut found = hit(0);
        (miss.bbox, found.bbox) = (bbox, bbox);
        evaluate_keypoints(&path, &vec![miss, found], &Sigmas::coco()).unwrap().ap_large
    };
    assert!(large(Some([0.0, 0.0, 100.0, 100.0])) < 0.6);
    crate::common::assert_close(large(None), 1.0, 1e-9, "the joints span less than the range");
}

#[test]
fn other_joint_sets_bring_their_sigmas() {
    let mut annotations = people(1);
    annotations["annotations"][0]["keypoints"] = json!([10.0, 10.0, 2.0, 50.0, 50.0, 2.0]);
    let mut result = hit(0);
    result.keypoints = vec![[10.0, 10.0, 1.0], [50.0, 50.0, 1.0]];
    let (_folder, path) = saved(&annotations);
    let sigmas = Sigmas::new(vec![0.05, 0.1]).unwrap();
    let stats = evaluate_keypoints(&path, &vec![result], &sigmas).unwrap();
    crate::common::assert_close(stats.ap, 1.0, 1e-9, "AP");
}

#[test]
fn only_the_selected_images_count() {
    let (_folder, path) = saved(&people(3));
    let evaluator = KeypointEvaluator::read(&path, &Sigmas::coco()).unwrap();
    let found = vec![hit(1)];
    let on = |ids: &[i64]| evaluator.on_images(ids).unwrap().evaluate(&found).unwrap();
    crate::common::assert_close(on(&[2]).stats.ap, 1.0, 1e-9, "hit");
    crate::common::assert_close(on(&[1, 3]).stats.ap, 0.0, 0.0, "missed");
    crate::common::assert_close(on(&[]).stats.ap, NOT_COMPUTED, 0.0, "none");
    assert_eq!(on(&[1, 3]).people, 2);
    let message = evaluator.on_images(&[2, 9]).map(|_| ()).unwrap_err().to_string();
    assert_says(&message, &["1 result", "image_id 9"]);
}

#[test]
fn crowds_are_ignored_and_absorb() {
    let mut annotations = people(2);
    annotations["annotations"][1]["iscrowd"] = json!(1);
    annotations["annotations"][1]["num_keypoints"] = json!(0);
    let mut best = hit(1);
    best.score = 1.0;
    crate::common::assert_close(ap(&annotations, &[hit(0), best.clone(), best]), 1.0, 1e-9, "AP");
}

#[test]
fn results_of_unknown_images_are_counted() {
    let (mut first, mut second) = (hit(0), hit(0));
    (first.image_id, second.image_id) = (77, 78);
    let message = problem(&people(1), &[hit(0), first, second]);
    assert_says(&message, &["2 results", "image_id 77", "annotations.json"]);
}

#[test]
fn joint_counts_are_named_on_both_sides() {
    let mut short = hit(0);
    short.keypoints.truncate(14);
    assert_says(&problem(&people(1), &[short]), &["result 0 (image_id 1)", "14 joints", "17"]);
    let mut crowdpose = people(1);
    crowdpose["annotations"][0]["keypoints"] = json!(vec![1.0; 42]);
    let message = problem(&crowdpose, &[]);
    assert_says(&message, &["annotation 1", "14 joints", "have 17", "CrowdPose"]);
}

#[test]
fn crowdpose_annotations_without_area_are_pointed_to_their_metric() {
    let mut annotations = people(1);
    annotations["annotations"][0].as_object_mut().unwrap().remove("area");
    let message = problem(&annotations, &[]);
    assert_says(&message, &["annotation 1", "`area`", "CrowdPose metric"]);
}

#[test]
fn numbers_that_are_none_are_named() {
    let (mut score, mut joint, mut side) = (hit(0), hit(0), hit(0));
    score.score = f64::NAN;
    joint.keypoints[3][1] = f64::INFINITY;
    side.bbox = Some([0.0, f64::NAN, 1.0, 1.0]);
    assert_says(&problem(&people(1), &[score.clone()]), &["result 0", "`score` is NaN"]);
    assert_says(&problem(&people(1), &[joint]), &["`keypoints[10]` is inf"]);
    assert_says(&problem(&people(1), &[side]), &["`bbox` is NaN"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("never.json");
    assert_says(&results::write(&path, &[score]).unwrap_err().to_string(), &["never.json", "NaN"]);
    assert!(!path.exists());
}

#[test]
fn broken_files_say_where() {
    let keypoints = |list: &str| {
        format!(r#"[{{"image_id": 1, "category_id": 1, "keypoints": {list}, "score": 1}}]"#)
    };
    assert_says(
        &file_problem("[{\"image_id\": 1,"),
        &["found.json", "cut off in [0].image_id (line 1"],
    );
    assert_says(
        &file_problem("{}"),
        &["found.json", "expected a sequence", "COCO keypoint results"],
    );
    assert_says(&file_problem(&keypoints("[NaN, 1, 1]")), &["found.json", "NaN", "finite"]);
    assert_says(&file_problem(&keypoints("[1, 2]")), &["result 0 (image_id 1)", "2 numbers"]);
    assert_says(&file_problem(&keypoints("null")), &["result 0", "`keypoints` is missing"]);
    let other = r#"[{"image_id": 1, "category_id": 3, "keypoints": [], "score": 1}]"#;
    assert_says(&file_problem(other), &["0 joints", "17"]);
}

#[test]
fn other_categories_are_refused() {
    let mut other = hit(0);
    other.category_id = 3;
    assert_says(&problem(&people(1), &[other]), &["category_id is 3", "accepted: 1"]);
}

#[test]
fn repeated_ids_are_refused() {
    let mut annotations = people(3);
    annotations["annotations"][2]["id"] = json!(1);
    assert_says(&problem(&annotations, &[]), &["annotations.id 1", "used twice"]);
    let mut images = people(3);
    images["images"][1] = json!({"id": 3, "file_name": "other.jpg"});
    assert_says(&problem(&images, &[]), &["images.id 3", "used twice"]);
}

#[test]
fn absent_files_are_named() {
    let missing = Path::new("absent.json");
    let message = evaluate_keypoints(missing, missing, &Sigmas::coco()).unwrap_err().to_string();
    assert_says(&message, &["absent.json", "cannot read"]);
}

#[test]
fn coco_annotations_given_as_crowdpose_are_refused() {
    let (_folder, path) = saved(&people(1));
    let message = CrowdPoseEvaluator::read(&path).map(|_| ()).unwrap_err().to_string();
    assert_says(&message, &["17 joints", "have 14"]);
}
