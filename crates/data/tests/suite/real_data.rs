//! Real annotation and detection files go through the readers.

#![expect(clippy::float_cmp, reason = "peaks, weights and rounded inputs are exact")]
#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::fs;

use scalenas_base::Size;
use scalenas_coco::{CocoKeypoints, detections};
use scalenas_data::{
    HeatmapCodec, KeypointFacts, TopDownDataset, annotation_boxes, detection_boxes, training_people,
};
use serde_json::Value;

use crate::common::shared;

const INPUT: Size = Size::new(128, 96);

/// Counts of an annotation file by plain JSON: images, annotations, people with joints.
fn counts(bytes: &[u8]) -> (usize, usize, usize) {
    let json: Value = serde_json::from_slice(bytes).unwrap();
    let annotations = json["annotations"].as_array().unwrap();
    let labelled = annotations.iter().filter(|a| {
        let joints = a["keypoints"].as_array().unwrap();
        a["iscrowd"] == 0 && joints.iter().skip(2).step_by(3).any(|v| v.as_f64() > Some(0.0))
    });
    (json["images"].as_array().unwrap().len(), annotations.len(), labelled.count())
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn annotation_files_pass_the_checks() {
    for (file, facts) in [
        ("data/coco_mini/annotations/person_keypoints_train2017.json", KeypointFacts::coco()),
        ("data/coco_mini/annotations/person_keypoints_val2017.json", KeypointFacts::coco()),
        ("data/coco_sample/test_coco.json", KeypointFacts::coco()),
        ("data/crowdpose_sample/test_crowdpose.json", KeypointFacts::crowdpose()),
    ] {
        let path = shared(file);
        let (images, annotations, people) = counts(&fs::read(&path).unwrap());
        let coco = CocoKeypoints::read(&path, &facts).unwrap();
        assert_eq!(coco.images.len(), images, "{file}");
        assert_eq!(coco.annotations.len(), annotations, "{file}");
        assert_eq!(training_people(&coco, INPUT).len(), people, "{file}");
        if facts.name == "crowdpose" {
            assert!(coco.images.iter().all(|image| image.crowd_index.is_some()));
        }
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn detection_files_become_boxes() {
    for (annotations, file, facts) in [
        (
            "data/coco_sample/test_coco.json",
            "data/coco_sample/test_coco_det_AP_H_56.json",
            KeypointFacts::coco(),
        ),
        (
            "data/crowdpose_sample/test_crowdpose.json",
            "data/crowdpose_sample/test_crowdpose_det_AP_40.json",
            KeypointFacts::crowdpose(),
        ),
    ] {
        let (annotations, file) = (shared(annotations), shared(file));
        let coco = CocoKeypoints::read(annotations, &facts).unwrap();
        let found = detections::read(file, &coco.categories).unwrap();
        let all = detection_boxes(&coco, INPUT, &found, f64::NEG_INFINITY);
        let known = found.iter().filter(|d| coco.image_position(d.image_id).is_some()).count();
        assert_eq!(all.len(), known);
        let sure = detection_boxes(&coco, INPUT, &found, 0.5);
        assert!(sure.len() <= all.len() && sure.iter().all(|b| b.score >= 0.5));
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn real_pictures_become_batches() {
    let folder = shared("data/coco_mini");
    let facts = KeypointFacts::coco();
    let annotations = folder.join("annotations/person_keypoints_val2017.json");
    let coco = CocoKeypoints::read(annotations, &facts).unwrap();
    let codec = HeatmapCodec::new(INPUT, facts.joints.len()).unwrap();
    let people = annotation_boxes(&coco, INPUT);
    let indices: Vec<usize> = (0..people.len()).collect();
    let pictures = folder.join("images/val2017");
    let dataset = TopDownDataset::new(pictures, &coco, people, facts, codec).unwrap();
    let batch = dataset.batch(0, &indices).unwrap();
    assert_eq!(batch.batch, indices.len());
    assert_eq!(batch.heatmaps.len(), indices.len() * codec.len());
    // Every labelled joint of an unvaried crop lies in it, so its heatmap has a peak of 1.
    let peaks = batch.heatmaps.iter().filter(|v| **v == 1.0).count();
    let weighed = batch.weights.iter().filter(|w| **w > 0.0).count();
    assert!(peaks >= weighed * 9 / 10, "{peaks} peaks for {weighed} joints");
}
