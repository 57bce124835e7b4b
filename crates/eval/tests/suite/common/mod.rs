//! Paths of reference numbers and real samples, and a small annotation file to modify.

#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::path::Path;

use scalenas_eval::CocoResult;
use serde_json::{Value, json};

#[path = "../../../../../tests/shared.rs"]
mod reference;

pub use reference::shared;

/// The JSON value in the file at `path`.
pub fn json(path: &Path) -> Value {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A list of numbers.
pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|one| one.as_f64().expect("a number")).collect()
}

/// Fails unless `left` and `right` differ by at most `tolerance`.
#[track_caller]
pub fn assert_close(left: f64, right: f64, tolerance: f64, what: &str) {
    assert!((left - right).abs() <= tolerance, "{what}: {left} is not {right}");
}

/// Joints of `index`-th person of [`people`], `[x, y, 2]`, spread over a 100 x 100 box.
pub fn joints(index: usize) -> Vec<[f64; 3]> {
    let offset = 200.0 * index as f64;
    let joint =
        |joint: usize| [offset + 10.0 + 5.0 * joint as f64, 20.0 + 7.0 * (joint % 11) as f64, 2.0];
    (0..17).map(joint).collect()
}

/// COCO annotations of `count` people of 100 x 100 pixels, person `i` (from 0) in image `i + 1`
/// with annotation id `i + 1`.
pub fn people(count: usize) -> Value {
    let person = |index: usize| {
        json!({
            "id": index + 1, "image_id": index + 1, "category_id": 1, "iscrowd": 0,
            "area": 1e4, "bbox": [200.0 * index as f64, 0.0, 100.0, 100.0],
            "num_keypoints": 17, "keypoints": joints(index).as_flattened(),
        })
    };
    json!({
        "images": (1..=count).map(|id| json!({"id": id})).collect::<Vec<_>>(),
        "annotations": (0..count).map(person).collect::<Vec<_>>(),
        "categories": [{"id": 1, "name": "person"}],
    })
}

/// A perfect result for person `index` of [`people`].
pub fn hit(index: usize) -> CocoResult {
    CocoResult {
        image_id: index as i64 + 1,
        category_id: 1,
        keypoints: joints(index),
        score: 0.9,
        bbox: None,
    }
}
