//! An annotation file as it is written, before its values are read.
//!
//! Speed decides how this is read: the 250 MB of COCO's training file are mostly outlines, so those
//! are skipped as raw text and parsed only where they are kept.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json::{self, Field, Numbers};
use crate::{Purpose, Result};

/// A whole annotation file.
#[derive(Deserialize)]
pub(crate) struct Document<'a> {
    pub images: Vec<RawImage>,
    #[serde(borrow)]
    pub annotations: Option<Vec<RawPerson<'a>>>,
    pub categories: Option<Vec<RawCategory>>,
}

/// One of `images`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct RawImage {
    pub id: Field<i64>,
    pub file_name: Field<String>,
    pub width: Field<usize>,
    pub height: Field<usize>,
    /// Crowdedness in [0, 1]; `CrowdPose` only.
    #[serde(rename = "crowdIndex")]
    pub crowd_index: Field<f64>,
}

/// One of `categories`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct RawCategory {
    pub id: Field<u64>,
    pub name: Field<String>,
    /// Names of the joints.
    pub keypoints: Option<Vec<Field<String>>>,
}

/// One of `annotations`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct RawPerson<'a> {
    pub id: Field<i64>,
    pub image_id: Field<i64>,
    pub category_id: Field<u64>,
    pub bbox: Field<Numbers>,
    pub area: Field<f64>,
    pub iscrowd: Field<bool>,
    pub num_keypoints: Field<usize>,
    pub keypoints: Field<Numbers>,
    #[serde(borrow)]
    pub segmentation: Option<&'a RawValue>,
}

impl<'a> Document<'a> {
    /// Parses the bytes of the file that messages call `file`.
    pub fn parse(bytes: &'a [u8], file: &str, purpose: Purpose) -> Result<Self> {
        json::parse(bytes, file, purpose.accepted())
    }
}
