//! Crops, targets, decoding and the flip test against the numbers of the HRNet reference.
//!
//! Names, counts and shapes come from the files: any file of this layout passes.

#![expect(clippy::float_cmp, reason = "peaks, weights and rounded inputs are exact")]
#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::path::PathBuf;

use safetensors::SafeTensors;
use scalenas_data::top_down::crop_of_box;
use scalenas_data::{
    Direction, HeatmapCodec, Image8, KeypointFacts, Size, crop_affine, warp_bilinear,
};
use serde_json::Value;

use crate::common::{floats, largest_difference, shared, shared_bytes, values};

const FILE: &str = "golden/top_down/top_down.safetensors";
const AFFINE_TOLERANCE: f64 = 1e-6;
const TARGET_TOLERANCE: f64 = 1e-6;
const DECODE_TOLERANCE: f64 = 1e-4;

fn numbers<const N: usize>(value: &Value) -> [f64; N] {
    let list: Vec<f64> = value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    list.try_into().unwrap()
}

fn singles<const N: usize>(value: &Value) -> [f32; N] {
    numbers::<N>(value).map(|v| v as f32)
}

fn picture(name: &str) -> Option<PathBuf> {
    let folders = ["val2017", "train2017"].map(|part| format!("data/coco_mini/images/{part}"));
    folders.iter().map(|folder| shared(folder).join(name)).find(|path| path.exists())
}

fn warps() -> Vec<Value> {
    let bytes = shared_bytes("golden/top_down/top_down.json");
    let json: Value = serde_json::from_slice(&bytes).unwrap();
    json["warp"].as_array().unwrap().clone()
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn crops_and_affine_maps_match() {
    for warp in warps() {
        let [width, height]: [f64; 2] = numbers(&warp["input_wh"]);
        let size = Size::new(height as usize, width as usize);
        let (center, base) = crop_of_box(numbers(&warp["bbox"]), size);
        assert_eq!(center, singles(&warp["center"]));
        assert_eq!(base, singles(&warp["scale_base"]));
        let scale = singles(&warp["scale"]);
        let rotation = warp["rotation_deg"].as_f64().unwrap();
        for (key, direction) in
            [("affine", Direction::Forward), ("affine_inverse", Direction::Inverse)]
        {
            let map = crop_affine(center, scale, rotation, size, direction).0;
            for (row, expected) in map.iter().zip(warp[key].as_array().unwrap()) {
                let difference = largest_difference(row, &numbers::<3>(expected));
                assert!(difference <= AFFINE_TOLERANCE, "{key}: {difference}");
            }
        }
        let map = crop_affine(center, scale, rotation, size, Direction::Forward);
        let joints = warp["keypoints"].as_array().unwrap().chunks_exact(3);
        for (joint, expected) in joints.zip(warp["keypoints_in_crop"].as_array().unwrap()) {
            let point = map.apply([joint[0].as_f64().unwrap(), joint[1].as_f64().unwrap()]);
            assert!(largest_difference(&point, &numbers::<2>(expected)) <= DECODE_TOLERANCE);
        }
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn warped_pictures_match() {
    let bytes = shared_bytes(FILE);
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    for warp in warps() {
        let Some(path) = picture(warp["image"].as_str().unwrap()) else { continue };
        let image = Image8::read(path).unwrap();
        let [width, height]: [f64; 2] = numbers(&warp["input_wh"]);
        let size = Size::new(height as usize, width as usize);
        let (center, scale) = (singles(&warp["center"]), singles(&warp["scale"]));
        let rotation = warp["rotation_deg"].as_f64().unwrap();
        let map = crop_affine(center, scale, rotation, size, Direction::Forward);
        let crop = warp_bilinear(&image, &map, size);
        let name = format!("warp/{}", warp["index"]);
        let expected = tensors.tensor(&name).unwrap();
        let pairs = crop.pixels.iter().zip(expected.data());
        let differences: Vec<u8> = pairs.map(|(a, b)| a.abs_diff(*b)).collect();
        let count = differences.len() as f64;
        let mean = differences.iter().map(|d| f64::from(*d)).sum::<f64>() / count;
        let close = differences.iter().filter(|d| **d <= 2).count() as f64 / count;
        println!("{name}: mean {mean:.4}, {:.3} % within 2", close * 100.0);
        assert!(mean <= 0.5 && close >= 0.99, "{name}: mean {mean}, within 2: {close}");
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn targets_match() {
    let bytes = shared_bytes(FILE);
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let names = tensors.names();
    let inputs: Vec<&str> = names
        .iter()
        .filter_map(|name| name.strip_prefix("target/")?.strip_suffix("/joints"))
        .collect();
    assert!(!inputs.is_empty());
    for input in inputs {
        let (height, width) = input.split_once('x').unwrap();
        let key = |part: &str| format!("target/{input}/{part}");
        let joints_view = tensors.tensor(&key("joints")).unwrap();
        let joints = joints_view.shape()[1];
        let codec =
            HeatmapCodec::new((height.parse().unwrap(), width.parse().unwrap()), joints).unwrap();
        let positions = values(&joints_view);
        let visible = floats(&tensors, &key("visible"));
        let expected = values(&tensors.tensor(&key("heatmaps")).unwrap());
        let weights = values(&tensors.tensor(&key("weights")).unwrap());
        for person in 0..joints_view.shape()[0] {
            let list: Vec<[f64; 3]> = (person * joints..(person + 1) * joints)
                .map(|i| [positions[i * 3], positions[i * 3 + 1], f64::from(visible[i])])
                .collect();
            let (maps, weight) = codec.encode(&list);
            let maps: Vec<f64> = maps.into_iter().map(f64::from).collect();
            let weight: Vec<f64> = weight.into_iter().map(f64::from).collect();
            let range = person * codec.len()..(person + 1) * codec.len();
            assert!(largest_difference(&maps, &expected[range]) <= TARGET_TOLERANCE);
            assert_eq!(weight, &weights[person * joints..(person + 1) * joints]);
        }
    }
}

/// The codec of heatmaps `[n, joints, height, width]`.
fn codec_of(shape: &[usize]) -> HeatmapCodec {
    HeatmapCodec::new((shape[2] * 4, shape[3] * 4), shape[1]).unwrap()
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn decoding_matches() {
    let bytes = shared_bytes(FILE);
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let codec = codec_of(tensors.tensor("decode/heatmaps").unwrap().shape());
    let pairs = |name: &str| -> Vec<[f32; 2]> {
        floats(&tensors, name).chunks_exact(2).map(|c| [c[0], c[1]]).collect()
    };
    let people = codec.decode(
        &floats(&tensors, "decode/heatmaps"),
        &pairs("decode/center"),
        &pairs("decode/scale"),
    );
    let keypoints: Vec<f64> =
        people.iter().flat_map(|p| p.keypoints.as_flattened()).copied().collect();
    let expected = values(&tensors.tensor("decode/keypoints").unwrap());
    let difference = largest_difference(&keypoints, &expected);
    assert!(difference <= DECODE_TOLERANCE, "{difference}");
    let scores: Vec<f32> = people.iter().flat_map(|p| p.scores.clone()).collect();
    assert_eq!(scores, floats(&tensors, "decode/scores"));
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn flip_test_matches() {
    let bytes = shared_bytes(FILE);
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let codec = codec_of(tensors.tensor("flip/raw").unwrap().shape());
    let mut plain = floats(&tensors, "decode/heatmaps");
    let mut flipped = floats(&tensors, "flip/raw");
    codec.flip_back(&mut flipped, &KeypointFacts::coco().flip_pairs);
    codec.average(&mut plain, &flipped);
    let plain: Vec<f64> = plain.into_iter().map(f64::from).collect();
    let expected = values(&tensors.tensor("flip/averaged").unwrap());
    let difference = largest_difference(&plain, &expected);
    assert!(difference <= TARGET_TOLERANCE, "{difference}");
}
