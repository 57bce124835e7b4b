//! COCO results JSON: a list of `{image_id, category_id, keypoints, score}`.
//!
//! Keys that the metric does not read (`center`, `scale`, …) are passed over. An optional `bbox`
//! is kept, since the COCO evaluator then takes a detection's area from it.

use std::io;
use std::path::Path;

use scalenas_base::atomic;
use serde::{Deserialize, Serialize, Serializer};

use crate::json::{self, Entry, Field, Numbers, accepted};
use crate::triples::triples;
use crate::{Error, JointSet, Result};

const ACCEPTED: &str = "COCO keypoint results, a list of objects with the keys `image_id`, \
                        `category_id`, `keypoints` and `score`";

/// One detected person, as the COCO evaluator takes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CocoResult {
    /// Image of the data set.
    pub image_id: i64,
    /// Category of the data set; a person is 1.
    pub category_id: u64,
    /// `[x, y, score]` per joint, in pixels of the image; a flat list in the file.
    #[serde(serialize_with = "flat")]
    pub keypoints: Vec<[f64; 3]>,
    /// Score of the pose: the order in which AP counts.
    pub score: f64,
    /// `[x, y, width, height]`; replaces the joints' extent as the detection's area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bbox: Option<[f64; 4]>,
}

/// The results in the file at `path`. An empty list is fine: nothing was found.
pub fn read(path: &Path) -> Result<Vec<CocoResult>> {
    let raw: Vec<RawResult> = json::read(path, ACCEPTED)?;
    let file = path.display().to_string();
    raw.into_iter().enumerate().map(|(index, result)| result.checked(&file, index)).collect()
}

/// Writes `results` to `path`, whole or not at all.
///
/// Numbers that JSON cannot hold are an error, and then nothing is written.
pub fn write(path: &Path, results: &[CocoResult]) -> Result<()> {
    let file = path.display().to_string();
    for (index, result) in results.iter().enumerate() {
        result.check_finite(&file, index)?;
    }
    atomic::write_with(path, |out| serde_json::to_writer(out, results).map_err(io::Error::from))
        .map_err(|source| Error::io(path, "write", source))
}

impl CocoResult {
    /// Name of this result in messages: its position in the list and its image.
    pub fn entry(&self, index: usize) -> String {
        entry(index, self.image_id)
    }

    /// Checks that every number is finite and that the joints are as many as expected; `file` and
    /// `index` name the result in errors.
    pub fn check(&self, file: &str, index: usize, joints: &JointSet) -> Result<()> {
        self.check_finite(file, index)?;
        let found = self.keypoints.len();
        if found == joints.joints() {
            return Ok(());
        }
        let (entry, expected) = (self.entry(index), Box::new(joints.clone()));
        Err(Error::JointCount { file: file.into(), entry, found, expected })
    }

    fn check_finite(&self, file: &str, index: usize) -> Result<()> {
        let problem = |key: String, value| Error::not_finite(file, self.entry(index), key, value);
        if !self.score.is_finite() {
            return Err(problem("score".into(), self.score));
        }
        let numbers = self.keypoints.as_flattened();
        if let Some(place) = numbers.iter().position(|number| !number.is_finite()) {
            return Err(problem(format!("keypoints[{place}]"), numbers[place]));
        }
        let side = self.bbox.iter().flatten().find(|side| !side.is_finite());
        side.map_or(Ok(()), |side| Err(problem("bbox".into(), *side)))
    }
}

/// A result as written in a file, before its values are read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct RawResult {
    image_id: Field<i64>,
    category_id: Field<u64>,
    keypoints: Field<Numbers>,
    score: Field<f64>,
    bbox: Field<Numbers>,
}

impl RawResult {
    fn checked(self, file: &str, index: usize) -> Result<CocoResult> {
        let place = Entry::new(file, ("results", "result"), index, &Field::Given(index as i64));
        let image_id = place.required("image_id", self.image_id, accepted::ID)?;
        let keypoints = place.required("keypoints", self.keypoints, accepted::JOINTS)?;
        let keypoints = triples(&keypoints.0).map_err(|found| Error::BrokenTriples {
            file: file.into(),
            entry: entry(index, image_id),
            found,
        })?;
        let bbox = place.get("bbox", self.bbox, accepted::BOX)?.unwrap_or_default();
        let sides = match bbox.0[..] {
            // An empty list counts as no box, as in the COCO evaluator.
            [] => None,
            [x, y, width, height] => Some([x, y, width, height]),
            _ => return Err(place.error("bbox", bbox.to_string(), accepted::BOX)),
        };
        Ok(CocoResult {
            image_id,
            category_id: place.required("category_id", self.category_id, accepted::CATEGORY)?,
            keypoints,
            score: place.required("score", self.score, accepted::NUMBER)?,
            bbox: sides,
        })
    }
}

fn entry(index: usize, image_id: i64) -> String {
    format!("result {index} (image_id {image_id})")
}

fn flat<S: Serializer>(
    triples: &[[f64; 3]],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    triples.as_flattened().serialize(serializer)
}
