//! People found in plain pictures: as a COCO document, as a table, and drawn.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_coco::{CocoKeypoints, ImageInfo};
use scalenas_data::{Image8, KeypointFacts};
use scalenas_report::{Person, PoseStyle, Skeleton, draw_poses};
use serde_json::{Value, json};

use crate::render::pictures;
use crate::task::infer::{InferRequest, Picture, Predicted};

/// Category of people in COCO.
const PERSON: u64 = 1;

/// A person that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundPerson {
    /// Position of the picture in the list.
    pub picture: usize,
    /// `[x, y, score]` of each joint, in pixels.
    pub joints: Vec<[f64; 3]>,
    /// Confidence.
    pub score: f64,
    /// `[x, y, width, height]` that the person was looked for in.
    pub bbox: Option<[f64; 4]>,
}

/// All people that were found, by picture.
#[derive(Debug)]
pub struct People {
    /// Names and limbs.
    pub facts: KeypointFacts,
    /// People, in the order of the pictures.
    pub found: Vec<FoundPerson>,
    /// Joints with a lower score are not visible.
    pub least_joint_score: f64,
}

impl People {
    /// Leaves out people with a lower score than asked for, and sorts the rest by picture.
    pub fn new(facts: KeypointFacts, found: Vec<FoundPerson>, request: &InferRequest<'_>) -> Self {
        let mut people = Self { facts, found, least_joint_score: request.least_joint_score };
        people.select(request.least_score);
        people
    }

    /// The people as predictions, drawn where that is asked for.
    pub fn predicted(self, request: &InferRequest<'_>) -> Result<Box<dyn Predicted>> {
        if let Some(folder) = request.drawn {
            self.draw(request, folder)?;
        }
        Ok(Box::new(self))
    }

    fn select(&mut self, least_score: f64) {
        self.found.retain(|person| person.score >= least_score);
        self.found.sort_by(|a, b| a.picture.cmp(&b.picture).then(b.score.total_cmp(&a.score)));
    }

    /// Joints to draw: those that are not visible have no score.
    fn visible(&self, person: &FoundPerson) -> Vec<[f64; 3]> {
        let shown = |&[x, y, score]: &[f64; 3]| {
            [x, y, if score < self.least_joint_score { 0.0 } else { score }]
        };
        person.joints.iter().map(shown).collect()
    }

    /// Writes every picture with its people into a folder.
    fn draw(&self, request: &InferRequest<'_>, folder: &Path) -> Result<()> {
        let mut people: BTreeMap<usize, Vec<Person>> = BTreeMap::new();
        for person in &self.found {
            let drawn = Person { joints: self.visible(person), bbox: person.bbox };
            people.entry(person.picture).or_default().push(drawn);
        }
        let skeleton = Skeleton::from(&self.facts);
        for (index, picture) in request.pictures.iter().enumerate() {
            // Pictures that were left out have been reported.
            let options = request.reading.pictures;
            let Ok(pixels) = Image8::read_with(&picture.path, options) else { continue };
            let people = people.remove(&index).unwrap_or_default();
            let drawn = draw_poses(&pixels, &people, &skeleton, &PoseStyle::default())?;
            pictures::file::write(folder, &picture.short, &drawn)?;
        }
        Ok(())
    }
}

/// Pictures as an annotation file would list them; ids count from 1.
pub fn listed(pictures: &[Picture]) -> CocoKeypoints {
    let images = pictures.iter().enumerate().map(|(index, picture)| ImageInfo {
        id: index as i64 + 1,
        file_name: picture.path.display().to_string(),
        size: picture.size,
        crowd_index: None,
    });
    CocoKeypoints::of_pictures(images.collect(), PERSON)
}

/// Files of the pictures, whose names need not be UTF-8.
pub fn paths(pictures: &[Picture]) -> Vec<PathBuf> {
    pictures.iter().map(|picture| picture.path.clone()).collect()
}

impl Predicted for People {
    /// A COCO data set of the predictions, which annotation tools open.
    fn to_json(&self, pictures: &[Picture]) -> Value {
        let images = pictures.iter().enumerate().map(|(index, picture)| {
            json!({
                "id": index + 1,
                "file_name": picture.name,
                "height": picture.size.height,
                "width": picture.size.width,
            })
        });
        let annotations = self.found.iter().enumerate().map(|(id, person)| {
            let bbox = person.bbox.unwrap_or_else(|| extent(&person.joints));
            json!({
                "id": id + 1,
                "image_id": person.picture + 1,
                "category_id": PERSON,
                "iscrowd": 0,
                "bbox": bbox,
                "area": bbox[2] * bbox[3],
                "num_keypoints": self.visible(person).iter().filter(|joint| joint[2] > 0.0).count(),
                "keypoints": self.visible(person).iter().flat_map(|&[x, y, score]| {
                    [x, y, if score > 0.0 { 2.0 } else { 0.0 }]
                }).collect::<Vec<_>>(),
                "keypoint_scores": person.joints.iter().map(|joint| joint[2]).collect::<Vec<_>>(),
                "score": person.score,
            })
        });
        let skeleton: Vec<[usize; 2]> =
            self.facts.skeleton.iter().map(|&(a, b)| [a + 1, b + 1]).collect();
        json!({
            "images": images.collect::<Vec<_>>(),
            "annotations": annotations.collect::<Vec<_>>(),
            "categories": [{
                "id": PERSON,
                "name": "person",
                "keypoints": self.facts.joints,
                "skeleton": skeleton,
            }],
        })
    }

    /// One row per person.
    fn to_rows(&self, pictures: &[Picture]) -> Vec<Vec<String>> {
        let mut header: Vec<String> =
            ["picture", "person", "score"].into_iter().map(str::to_owned).collect();
        for joint in &self.facts.joints {
            header.extend(["x", "y", "score"].map(|part| format!("{joint}_{part}")));
        }
        let mut rows = vec![header];
        let mut counts = vec![0usize; pictures.len()];
        for person in &self.found {
            counts[person.picture] += 1;
            let mut row = vec![
                pictures[person.picture].name.clone(),
                counts[person.picture].to_string(),
                format!("{:.4}", person.score),
            ];
            for [x, y, score] in &person.joints {
                row.extend([format!("{x:.2}"), format!("{y:.2}"), format!("{score:.4}")]);
            }
            rows.push(row);
        }
        rows
    }

    fn summary(&self) -> String {
        let mut pictures: Vec<usize> = self.found.iter().map(|person| person.picture).collect();
        pictures.dedup();
        format!("{} found in {} pictures", self.found.len(), pictures.len())
    }
}

/// `[x, y, width, height]` around joints.
pub fn extent(joints: &[[f64; 3]]) -> [f64; 4] {
    let mut ends = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
    for joint in joints {
        for axis in 0..2 {
            ends[0][axis] = ends[0][axis].min(joint[axis]);
            ends[1][axis] = ends[1][axis].max(joint[axis]);
        }
    }
    let [[left, top], [right, bottom]] = ends;
    if left > right { [0.0; 4] } else { [left, top, right - left, bottom - top] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scalenas_base::Size;

    fn picture(name: &str) -> Picture {
        let (name, short) = (name.to_owned(), name.to_owned());
        Picture { path: (&name).into(), name, short, size: Size::new(10, 20) }
    }

    fn person(picture: usize, score: f64) -> FoundPerson {
        let joints = (0..17).map(|k| [f64::from(k), 2.0 * f64::from(k), 0.5]).collect();
        FoundPerson { picture, joints, score, bbox: None }
    }

    #[test]
    fn results_are_a_coco_file_and_a_table() {
        let found = vec![person(1, 0.5), person(0, 0.25), person(1, 0.75), person(0, 0.01)];
        let mut people = People { facts: KeypointFacts::coco(), found, least_joint_score: 0.05 };
        people.select(0.1);
        let pictures = [picture("a.jpg"), picture("b, c.jpg")];
        let json = people.to_json(&pictures);
        assert_eq!(json["annotations"].as_array().unwrap().len(), 3);
        assert_eq!(json["annotations"][1]["score"], 0.75);
        assert_eq!(json["annotations"][1]["image_id"], 2);
        assert_eq!(json["annotations"][0]["bbox"], serde_json::json!([0.0, 0.0, 16.0, 32.0]));
        assert_eq!(json["categories"][0]["skeleton"][0][0], 16);
        let rows = people.to_rows(&pictures);
        assert!(rows.iter().all(|row| row.len() == 3 + 3 * 17));
        assert_eq!(rows[3][..3], ["b, c.jpg", "2", "0.5000"]);
        assert_eq!(people.summary(), "3 found in 2 pictures");
    }

    #[test]
    fn nobody_has_no_extent() {
        assert!(extent(&[]).iter().all(|side| side.abs() < f64::EPSILON));
    }
}
