//! Grouping gives the reference's poses: raw, adjusted, refined, with their scores.

use safetensors::SafeTensors;
use scalenas_eval::grouping::{GroupedPose, Grouping, PredictedMaps, Stage};

/// Tolerance of coordinates, tags and scores.
const TOLERANCE: f32 = 1e-4;
const SCORE_TOLERANCE: f32 = 1e-5;

fn floats(file: &SafeTensors, name: &str) -> (Vec<usize>, Vec<f32>) {
    let view = file.tensor(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (values, _) = view.data().as_chunks::<4>();
    (view.shape().to_vec(), values.iter().map(|value| f32::from_le_bytes(*value)).collect())
}

fn scenes(file: &SafeTensors) -> Vec<String> {
    let names = file.names().into_iter();
    let mut scenes: Vec<String> = names
        .filter_map(|name| {
            name.strip_prefix("group/")?.strip_suffix("/heatmaps").map(str::to_owned)
        })
        .collect();
    scenes.sort();
    scenes
}

#[track_caller]
fn assert_poses(found: &[GroupedPose], (shape, expected): &(Vec<usize>, Vec<f32>), what: &str) {
    assert_eq!(found.len(), shape[0], "{what}: people");
    let (joints, fields) = (shape[1], shape[2]);
    for (person, (pose, expected)) in
        found.iter().zip(expected.chunks_exact(joints * fields)).enumerate()
    {
        let tags = pose.tags.chunks_exact(fields - 3);
        let values =
            pose.joints.iter().zip(tags).flat_map(|(joint, tags)| joint.iter().chain(tags));
        for (index, (value, expected)) in values.zip(expected).enumerate() {
            let (joint, field) = (index / fields, index % fields);
            let place = format!("{what}: person {person}, joint {joint}, field {field}");
            assert!((value - expected).abs() <= TOLERANCE, "{place}: {value} is not {expected}");
        }
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn poses_equal_the_reference_at_every_stage() {
    let shared = crate::common::shared();
    let bytes = std::fs::read(shared.join("golden/bottom_up/bottom_up.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let scenes = scenes(&file);
    assert!(!scenes.is_empty(), "no scenes to group");
    for scene in scenes {
        let (shape, heatmaps) = floats(&file, &format!("group/{scene}/heatmaps"));
        let (_, tags) = floats(&file, &format!("group/{scene}/tags"));
        let maps = PredictedMaps::new(&heatmaps, &tags, [shape[0], shape[1], shape[2]]).unwrap();
        let grouping = Grouping::for_joints(shape[0]);
        let stages = [
            (Stage::Raw, "poses_raw"),
            (Stage::Adjusted, "poses_unrefined"),
            (Stage::Refined, "poses"),
        ];
        for (stage, name) in stages {
            let name = format!("group/{scene}/{name}");
            let poses = grouping.group_until(&maps, stage).unwrap();
            assert_poses(&poses, &floats(&file, &name), &name);
        }
        let (_, scores) = floats(&file, &format!("group/{scene}/scores"));
        for (pose, score) in grouping.group(&maps).unwrap().iter().zip(scores) {
            assert!((pose.score - score).abs() <= SCORE_TOLERANCE, "{scene}: {}", pose.score);
        }
    }
}
