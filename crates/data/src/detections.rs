//! Person boxes of a detector, in the COCO results format.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::error::show;
use crate::{Error, Result};

/// Category of people in COCO and `CrowdPose`.
pub const PERSON: i64 = 1;

/// A box in which a detector sees a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// The picture.
    pub image_id: i64,
    /// `[x, y, width, height]` in pixels.
    pub bbox: [f64; 4],
    /// How sure the detector is.
    pub score: f64,
}

/// Reads the person detections (category 1) of a COCO results file, in its order.
///
/// # Errors
/// When the file cannot be read, is cut off or of another format, holds no person, or boxes and
/// scores that are not finite or have no size.
pub fn read(path: impl AsRef<Path>) -> Result<Vec<Detection>> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(|e| Error::io(path, "read", e))?;
    let entries: Vec<Entry> = serde_json::from_slice(&bytes)
        .map_err(|e| Error::json(path, "a list of {image_id, category_id, bbox, score}", e))?;
    check(&entries, path)?;
    let total = entries.len();
    let people: Vec<Detection> =
        entries.into_iter().filter(|e| e.category_id == PERSON).map(Detection::from).collect();
    if people.is_empty() {
        let problem = format!("{total} detections, none with `category_id` {PERSON}");
        return Err(Error::NoDetections { path: show(path), problem });
    }
    Ok(people)
}

#[derive(Deserialize)]
struct Entry {
    image_id: i64,
    #[serde(default = "person")]
    category_id: i64,
    bbox: [f64; 4],
    score: f64,
}

fn person() -> i64 {
    PERSON
}

impl From<Entry> for Detection {
    fn from(Entry { image_id, bbox, score, .. }: Entry) -> Self {
        Self { image_id, bbox, score }
    }
}

fn check(entries: &[Entry], path: &Path) -> Result<()> {
    let people = entries.iter().enumerate().filter(|(_, e)| e.category_id == PERSON);
    let mut problems = people.filter_map(|(index, e)| problem(e).map(|p| (index, p)));
    match problems.next() {
        None => Ok(()),
        Some((index, problem)) => Err(Error::UnusableDetections {
            path: show(path),
            index,
            problem,
            count: 1 + problems.count(),
        }),
    }
}

fn problem(entry: &Entry) -> Option<String> {
    let [_, _, width, height] = entry.bbox;
    let sized = entry.bbox.iter().all(|v| v.is_finite()) && width > 0.0 && height > 0.0;
    if !sized {
        return Some(format!("`bbox` is {:?}", entry.bbox));
    }
    (!entry.score.is_finite()).then(|| format!("`score` is {}", entry.score))
}
