//! Categories of an annotation file, with the joints and limbs that it names.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::json::{self, Field};
use crate::{Error, Result};

/// Accepted files, for messages.
const ACCEPTED: &str = "a COCO file with `categories` that name their `keypoints`";

/// A category with joints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointCategory {
    /// Id.
    pub id: u64,
    /// Name.
    pub name: String,
    /// Names of the joints, in the order of the annotations.
    pub joints: Vec<String>,
    /// Limbs as pairs of joints, from 0; those that the joints do not have are left out.
    pub limbs: Vec<(usize, usize)>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    categories: Vec<Raw>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Raw {
    id: Field<u64>,
    name: Field<String>,
    keypoints: Option<Vec<Value>>,
    skeleton: Option<Value>,
}

/// Categories with joints in the annotation file at `path`.
///
/// # Errors
/// When the file cannot be read, is no JSON file, or names no joints.
pub fn joint_categories(path: &Path) -> Result<Vec<JointCategory>> {
    let bytes = fs::read(path).map_err(|e| Error::io(path, "read", e))?;
    let file = path.display().to_string();
    let document: Document = json::parse(&bytes, &file, ACCEPTED)?;
    let found: Vec<_> = document.categories.into_iter().filter_map(JointCategory::of).collect();
    if found.is_empty() {
        let entry = "categories".to_owned();
        return Err(Error::Missing { file, entry, key: "keypoints", accepted: ACCEPTED });
    }
    Ok(found)
}

impl JointCategory {
    fn of(raw: Raw) -> Option<Self> {
        let joints: Vec<String> = raw.keypoints?.iter().map(text).collect();
        let limbs = raw.skeleton.as_ref().and_then(Value::as_array).into_iter().flatten();
        // Files count joints from 1.
        let joint = |value: &Value| {
            let joint = usize::try_from(value.as_u64()?).ok()?.checked_sub(1)?;
            (joint < joints.len()).then_some(joint)
        };
        let limbs = limbs.filter_map(|limb| match &limb.as_array()?[..] {
            [from, to] => Some((joint(from)?, joint(to)?)),
            _ => None,
        });
        let limbs = limbs.collect();
        let (Field::Given(id), false) = (raw.id, joints.is_empty()) else { return None };
        let name = if let Field::Given(name) = raw.name { name } else { String::new() };
        Some(Self { id, name, joints, limbs })
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
