//! Entries of an annotation file with their values read: wrong ones are errors that name file, entry,
//! key, value and what is accepted.

use serde_json::value::RawValue;

use super::document::{RawCategory, RawImage, RawPerson};
use crate::json::{Entry, Field, Numbers, accepted};
use crate::triples::triples;
use crate::{Error, Result};

/// One of `images`.
#[derive(Debug, PartialEq)]
pub(crate) struct ImageEntry {
    pub id: i64,
    pub file_name: Option<String>,
    pub width: Option<usize>,
    pub height: Option<usize>,
    /// Crowdedness in [0, 1]; `CrowdPose` only.
    pub crowd_index: Option<f64>,
}

/// One of `categories`.
#[derive(Debug)]
pub(crate) struct CategoryEntry {
    pub id: Option<u64>,
    pub name: String,
    /// Names of the joints; empty where the category has none.
    pub joints: Vec<String>,
}

/// One of `annotations`.
pub(crate) struct PersonEntry<'a> {
    pub id: i64,
    pub image_id: i64,
    pub category_id: Option<u64>,
    pub bbox: Option<[f64; 4]>,
    pub area: Option<f64>,
    pub iscrowd: bool,
    pub num_keypoints: Option<usize>,
    /// `[x, y, visibility]` per joint; empty where the entry has none.
    pub keypoints: Vec<[f64; 3]>,
    pub segmentation: Option<&'a RawValue>,
}

impl ImageEntry {
    pub fn read(raw: RawImage, file: &str, position: usize) -> Result<Self> {
        let entry = Entry::new(file, ("images", "image"), position, &raw.id);
        Ok(Self {
            id: entry.required("id", raw.id, accepted::ID)?,
            file_name: entry.get("file_name", raw.file_name, accepted::TEXT)?,
            width: entry.get("width", raw.width, accepted::SIDE)?,
            height: entry.get("height", raw.height, accepted::SIDE)?,
            crowd_index: entry.get("crowdIndex", raw.crowd_index, accepted::NUMBER)?,
        })
    }
}

impl ImageEntry {
    /// Whether the file gives both sides.
    pub fn has_size(&self) -> bool {
        self.height.is_some() && self.width.is_some()
    }
}

impl CategoryEntry {
    pub fn read(raw: RawCategory, file: &str, position: usize) -> Result<Self> {
        let entry = Entry::new(file, ("categories", "category"), position, &Field::Absent);
        let joints = raw.keypoints.unwrap_or_default().into_iter();
        let joints =
            joints.map(|joint| entry.required("keypoints", joint, "names of joints, strings"));
        Ok(Self {
            id: entry.get("id", raw.id, accepted::CATEGORY)?,
            name: entry.get("name", raw.name, accepted::TEXT)?.unwrap_or_default(),
            joints: joints.collect::<Result<_>>()?,
        })
    }
}

impl<'a> PersonEntry<'a> {
    /// Category of an annotation whose other values are of no interest.
    pub fn category(raw: &RawPerson<'_>) -> Option<u64> {
        match raw.category_id {
            Field::Given(id) => Some(id),
            Field::Absent | Field::Other(_) => None,
        }
    }

    pub fn read(raw: RawPerson<'a>, file: &str, position: usize) -> Result<Self> {
        let entry = Entry::new(file, ("annotations", "annotation"), position, &raw.id);
        let keypoints = entry.get("keypoints", raw.keypoints, accepted::JOINTS)?;
        let num_keypoints = entry.get("num_keypoints", raw.num_keypoints, accepted::COUNT)?;
        let keypoints = keypoints.unwrap_or_default();
        if keypoints.0.is_empty() && num_keypoints.is_some_and(|count| count > 0) {
            let value = format!("empty, but `num_keypoints` is {}", num_keypoints.unwrap_or(0));
            return Err(entry.error("keypoints", value, accepted::JOINTS));
        }
        Ok(Self {
            id: entry.required("id", raw.id, accepted::ID)?,
            image_id: entry.required("image_id", raw.image_id, accepted::ID)?,
            category_id: entry.get("category_id", raw.category_id, accepted::CATEGORY)?,
            bbox: person_box(&entry, raw.bbox)?,
            area: entry.get("area", raw.area, accepted::NUMBER)?,
            iscrowd: entry.get("iscrowd", raw.iscrowd, accepted::FLAG)?.unwrap_or(false),
            num_keypoints,
            keypoints: triples(&keypoints.0).map_err(|found| Error::BrokenTriples {
                file: file.into(),
                entry: entry.name(),
                found,
            })?,
            segmentation: raw.segmentation,
        })
    }

    /// Name in messages.
    pub fn name(&self) -> String {
        format!("annotation {}", self.id)
    }
}

fn person_box(entry: &Entry<'_>, field: Field<Numbers>) -> Result<Option<[f64; 4]>> {
    let Some(numbers) = entry.get("bbox", field, accepted::BOX)? else { return Ok(None) };
    let sides = numbers.0.as_slice().try_into();
    sides.map(Some).map_err(|_| entry.error("bbox", numbers.to_string(), accepted::BOX))
}
