//! CrowdPose figures equal those of the reference evaluator, on made-up people.

#![allow(clippy::unwrap_used, reason = "in a test the panic is the report")]

use std::fs;
use std::path::{Path, PathBuf};

use scalenas_eval::{CocoResult, CrowdPoseEvaluator, KeypointEvaluator, Sigmas};
use serde_json::Value;
use tempfile::TempDir;

const TOLERANCE: f64 = 1e-9;

struct Golden {
    folder: TempDir,
    value: Value,
}

impl Golden {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/crowdpose.json");
        Self { folder: tempfile::tempdir().unwrap(), value: crate::common::json(&path) }
    }

    fn save(&self, key: &str) -> PathBuf {
        let path = self.folder.path().join(key);
        fs::write(&path, self.value[key].to_string()).unwrap();
        path
    }
}

#[test]
fn figures_equal_the_reference_evaluator() {
    let golden = Golden::read();
    let evaluator = CrowdPoseEvaluator::read(&golden.save("annotations")).unwrap();
    let stats = evaluator.evaluate(&golden.save("results")).unwrap();
    let ours = serde_json::to_value(stats).unwrap();
    let expected = golden.value["stats"].as_object().unwrap();
    assert_eq!(ours.as_object().unwrap().len(), expected.len());
    for (name, value) in expected {
        let found = ours[name].as_f64().expect(name);
        crate::common::assert_close(found, value.as_f64().unwrap(), TOLERANCE, name);
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn perfect_results_on_the_published_sample_give_one() {
    let shared = crate::common::shared();
    let path = shared.join("data/crowdpose_sample/test_crowdpose.json");
    let annotations = crate::common::json(&path);
    let people = annotations["annotations"].as_array().expect("annotations").iter();
    let perfect: Vec<CocoResult> = people
        .map(|person| CocoResult {
            image_id: person["image_id"].as_i64().expect("image_id"),
            category_id: 1,
            keypoints: crate::common::numbers(&person["keypoints"]).as_chunks::<3>().0.to_vec(),
            score: 1.0,
            bbox: None,
        })
        .collect();
    let evaluator = CrowdPoseEvaluator::read(&path).unwrap();
    let stats = evaluator.evaluate(&perfect).unwrap();
    crate::common::assert_close(stats.ap, 1.0, TOLERANCE, "AP");
    crate::common::assert_close(stats.ar, 1.0, TOLERANCE, "AR");
    let nothing = evaluator.evaluate(&[][..]).unwrap();
    crate::common::assert_close(nothing.ap, 0.0, 0.0, "AP of nothing");
}

#[test]
fn every_image_needs_a_crowd_index() {
    let mut golden = Golden::read();
    let image = golden.value["annotations"]["images"][2].as_object_mut().unwrap();
    image.remove("crowdIndex");
    let id = image["id"].clone();
    let read = CrowdPoseEvaluator::read(&golden.save("annotations"));
    let message = read.map(|_| ()).unwrap_err().to_string();
    assert!(message.contains(&format!("image {id}: `crowdIndex` is missing")), "{message}");
}

#[test]
fn the_coco_metric_refuses_the_file() {
    let golden = Golden::read();
    let read = KeypointEvaluator::read(&golden.save("annotations"), &Sigmas::coco());
    let message = read.map(|_| ()).unwrap_err().to_string();
    assert!(message.contains("CrowdPose"), "{message}");
}
