//! An annotation file as it is written, before it is checked for a [`Purpose`].
//!
//! Speed decides how this is read: the 250 MB of COCO's training file are mostly outlines, so those
//! are skipped as raw text and parsed only where they are kept.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::json;
use crate::triples::Triples;
use crate::{Error, Purpose, Result};

/// A whole annotation file.
#[derive(Deserialize)]
pub(crate) struct Document<'a> {
    pub images: Vec<ImageEntry>,
    #[serde(borrow)]
    annotations: Option<Vec<PersonEntry<'a>>>,
    #[serde(default)]
    pub categories: Vec<CategoryEntry>,
}

/// One of `images`.
#[derive(Deserialize)]
pub(crate) struct ImageEntry {
    pub id: i64,
    pub file_name: Option<String>,
    pub width: Option<usize>,
    pub height: Option<usize>,
    /// Crowdedness in [0, 1]; `CrowdPose` only.
    #[serde(rename = "crowdIndex")]
    pub crowd_index: Option<f64>,
}

/// One of `categories`.
#[derive(Deserialize)]
pub(crate) struct CategoryEntry {
    pub id: Option<u64>,
    #[serde(default)]
    pub name: String,
    /// Names of the joints.
    pub keypoints: Option<Vec<String>>,
}

/// One of `annotations`.
#[derive(Deserialize)]
pub(crate) struct PersonEntry<'a> {
    pub id: i64,
    pub image_id: i64,
    pub category_id: Option<u64>,
    pub bbox: Option<[f64; 4]>,
    pub area: Option<f64>,
    #[serde(default, deserialize_with = "flag")]
    pub iscrowd: bool,
    pub num_keypoints: Option<usize>,
    pub keypoints: Option<Triples>,
    #[serde(borrow)]
    pub segmentation: Option<&'a RawValue>,
}

impl<'a> Document<'a> {
    /// Parses the bytes of the file that messages call `file`.
    pub fn parse(bytes: &'a [u8], file: &str, purpose: Purpose) -> Result<Self> {
        json::parse(bytes, file, purpose.accepted())
    }

    /// The annotations, which only scoring requires.
    pub fn take_annotations(
        &mut self,
        file: &str,
        purpose: Purpose,
    ) -> Result<Vec<PersonEntry<'a>>> {
        match (self.annotations.take(), purpose) {
            (Some(annotations), _) => Ok(annotations),
            (None, Purpose::Training) => Ok(Vec::new()),
            (None, Purpose::Scoring) => Err(Error::Missing {
                file: file.into(),
                entry: "the file".into(),
                key: "annotations",
                accepted: purpose.accepted(),
            }),
        }
    }
}

/// `iscrowd` is written as 0/1, as a boolean or as a float.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<bool, D::Error> {
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
