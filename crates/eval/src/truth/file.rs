//! The parts of a COCO or `CrowdPose` annotation file that the metrics read.
//!
//! Masks, licences and addresses are skipped while parsing, which keeps large files cheap.

use serde::{Deserialize, Deserializer};

/// A whole annotation file.
#[derive(Deserialize)]
pub(super) struct AnnotationFile {
    pub images: Vec<ImageEntry>,
    pub annotations: Vec<PersonEntry>,
    #[serde(default)]
    pub categories: Vec<CategoryEntry>,
}

/// One of `images`.
#[derive(Deserialize, PartialEq)]
pub(super) struct ImageEntry {
    pub id: i64,
    /// Tells a harmless repetition of an image from two images of one id.
    pub file_name: Option<String>,
    /// Share of a person's box that others' joints fill; `CrowdPose` only.
    #[serde(rename = "crowdIndex")]
    pub crowd_index: Option<f64>,
}

/// One of `categories`.
#[derive(Deserialize)]
pub(super) struct CategoryEntry {
    pub id: u64,
}

/// One of `annotations`.
#[derive(Deserialize)]
pub(super) struct PersonEntry {
    pub id: i64,
    pub image_id: i64,
    pub category_id: u64,
    pub bbox: Option<[f64; 4]>,
    pub area: Option<f64>,
    #[serde(default, deserialize_with = "flag")]
    pub iscrowd: bool,
    pub num_keypoints: Option<u32>,
    pub keypoints: Option<Vec<f64>>,
}

/// `iscrowd` is written as 0/1, as a boolean or as a float.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Flag {
        Word(bool),
        Number(f64),
    }
    Ok(match Flag::deserialize(deserializer)? {
        Flag::Word(value) => value,
        Flag::Number(value) => value != 0.0,
    })
}
