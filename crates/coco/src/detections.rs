//! Person boxes of a detector, in the COCO results format.

use std::path::Path;

use serde::Deserialize;

use crate::{Error, PERSON_CATEGORY, Result, json};

const ACCEPTED: &str = "a list of {image_id, category_id, bbox, score}";

/// A detected person.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// Id of the picture.
    pub image_id: i64,
    /// `[x, y, width, height]` in pixels.
    pub bbox: [f64; 4],
    /// Confidence of the detector.
    pub score: f64,
}

/// Reads the person detections (category 1) of a COCO results file, in its order.
///
/// # Errors
/// When the file cannot be read, is cut off or of another format, holds no person, or boxes and
/// scores that are not finite or have no size.
pub fn read(path: impl AsRef<Path>) -> Result<Vec<Detection>> {
    let path = path.as_ref();
    let entries: Vec<Entry> = json::read(path, ACCEPTED)?;
    let file = path.display().to_string();
    check(&entries, &file)?;
    let total = entries.len();
    let people: Vec<Detection> =
        entries.into_iter().filter(Entry::is_person).map(Detection::from).collect();
    if people.is_empty() {
        let problem = format!("{total} detections, none with `category_id` {PERSON_CATEGORY}");
        return Err(Error::NoDetections { file, problem });
    }
    Ok(people)
}

#[derive(Deserialize)]
struct Entry {
    image_id: i64,
    category_id: Option<i64>,
    bbox: [f64; 4],
    score: f64,
}

impl Entry {
    /// Detections without a category are of people.
    fn is_person(&self) -> bool {
        self.category_id.is_none_or(|id| u64::try_from(id) == Ok(PERSON_CATEGORY))
    }
}

impl From<Entry> for Detection {
    fn from(Entry { image_id, bbox, score, .. }: Entry) -> Self {
        Self { image_id, bbox, score }
    }
}

fn check(entries: &[Entry], file: &str) -> Result<()> {
    let people = entries.iter().enumerate().filter(|(_, e)| e.is_person());
    let mut problems = people.filter_map(|(index, e)| problem(e).map(|p| (index, p)));
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

fn problem(entry: &Entry) -> Option<String> {
    let [_, _, width, height] = entry.bbox;
    let sized = entry.bbox.iter().all(|v| v.is_finite()) && width > 0.0 && height > 0.0;
    if !sized {
        return Some(format!("`bbox` is {:?}", entry.bbox));
    }
    (!entry.score.is_finite()).then(|| format!("`score` is {}", entry.score))
}
