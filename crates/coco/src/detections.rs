//! Person boxes of a detector, in the COCO results format.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use crate::json::{self, Entry, Field, Numbers, accepted};
use crate::{Error, Result};

const ACCEPTED: &str = "a list of {image_id, category_id, bbox, score}";

/// A detected person.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// Id of the picture.
    pub image_id: i64,
    /// Category, where the file gives one.
    pub category_id: Option<u64>,
    /// `[x, y, width, height]` in pixels.
    pub bbox: [f64; 4],
    /// Confidence of the detector.
    pub score: f64,
}

/// Reads the detections of people of a COCO results file, in its order: those of the categories
/// `people`, and those without a category.
///
/// # Errors
/// When the file cannot be read, is cut off or of another format, holds no person, or boxes and
/// scores that are not finite or have no size.
pub fn read(path: impl AsRef<Path>, people: &BTreeSet<u64>) -> Result<Vec<Detection>> {
    let path = path.as_ref();
    let entries: Vec<RawDetection> = json::read(path, ACCEPTED)?;
    let file = path.display().to_string();
    let (mut found, mut others, total) = (Vec::new(), BTreeSet::new(), entries.len());
    for (index, raw) in entries.into_iter().enumerate() {
        let detection = raw.read(&file, index)?;
        match detection.category_id {
            Some(id) if !people.contains(&id) => drop(others.insert(id)),
            _ => found.push((index, detection)),
        }
    }
    check(&found, &file)?;
    if found.is_empty() {
        let problem = format!(
            "{total} detections, none with `category_id` {}{}",
            list(people),
            if others.is_empty() { String::new() } else { format!(", but {}", list(&others)) }
        );
        return Err(Error::NoDetections { file, problem });
    }
    Ok(found.into_iter().map(|(_, detection)| detection).collect())
}

fn list(ids: &BTreeSet<u64>) -> String {
    ids.iter().map(u64::to_string).collect::<Vec<_>>().join(" or ")
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawDetection {
    image_id: Field<i64>,
    category_id: Field<u64>,
    bbox: Field<Numbers>,
    score: Field<f64>,
}

impl RawDetection {
    fn read(self, file: &str, index: usize) -> Result<Detection> {
        let entry =
            Entry::new(file, ("detections", "detection"), index, &Field::Given(index as i64));
        let numbers = entry.required("bbox", self.bbox, accepted::BOX)?;
        let bbox = numbers.0.as_slice().try_into();
        Ok(Detection {
            image_id: entry.required("image_id", self.image_id, accepted::ID)?,
            category_id: entry.get("category_id", self.category_id, accepted::CATEGORY)?,
            bbox: bbox.map_err(|_| entry.error("bbox", numbers.to_string(), accepted::BOX))?,
            score: entry.required("score", self.score, accepted::NUMBER)?,
        })
    }
}

fn check(found: &[(usize, Detection)], file: &str) -> Result<()> {
    let mut problems = found.iter().filter_map(|(index, e)| problem(e).map(|p| (*index, p)));
    match problems.next() {
        None => Ok(()),
        Some((index, problem)) => Err(Error::UnusableDetections {
            file: file.into(),
            index,
            problem,
            count: 1 + problems.count(),
        }),
    }
}

fn problem(entry: &Detection) -> Option<String> {
    let [_, _, width, height] = entry.bbox;
    let sized = entry.bbox.iter().all(|v| v.is_finite()) && width > 0.0 && height > 0.0;
    if !sized {
        return Some(format!("`bbox` is {:?}", entry.bbox));
    }
    (!entry.score.is_finite()).then(|| format!("`score` is {}", entry.score))
}
