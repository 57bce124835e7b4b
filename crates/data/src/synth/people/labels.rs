//! The annotation file of synthetic pictures, in the format of COCO's keypoint files.

use scalenas_coco::PERSON_CATEGORY;
use serde::Serialize;

use super::mask::Mask;
use super::scene::{Person, Scene};
use crate::KeypointFacts;

/// A whole annotation file.
#[derive(Serialize)]
pub(super) struct Labels {
    info: Info,
    images: Vec<Picture>,
    annotations: Vec<Label>,
    categories: [Category; 1],
}

#[derive(Serialize)]
struct Info {
    description: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Picture {
    id: u64,
    file_name: String,
    width: usize,
    height: usize,
}

#[derive(Serialize)]
struct Label {
    id: u64,
    image_id: u64,
    category_id: u64,
    bbox: [f64; 4],
    area: usize,
    iscrowd: u8,
    num_keypoints: usize,
    keypoints: Vec<f64>,
    segmentation: Outline,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outline {
    Polygons(Vec<Vec<f64>>),
    Runs { size: [usize; 2], counts: Vec<u32> },
}

#[derive(Serialize)]
struct Category {
    id: u64,
    name: &'static str,
    supercategory: &'static str,
    keypoints: Vec<String>,
    /// Limbs, counted from 1.
    skeleton: Vec<[usize; 2]>,
}

impl Labels {
    pub fn new() -> Self {
        let facts = KeypointFacts::coco();
        let skeleton = facts.skeleton.iter().map(|&(a, b)| [a + 1, b + 1]).collect();
        let category = Category {
            id: PERSON_CATEGORY,
            name: "person",
            supercategory: "person",
            keypoints: facts.joints,
            skeleton,
        };
        Self {
            info: Info { description: "ScaleNAS synthetic people", version: "1.0" },
            images: Vec::new(),
            annotations: Vec::new(),
            categories: [category],
        }
    }

    /// Adds a picture and its labels.
    pub fn add(&mut self, id: u64, file_name: String, scene: &Scene) {
        let (width, height) = (scene.picture.width, scene.picture.height);
        self.images.push(Picture { id, file_name, width, height });
        let people = scene.people.iter().map(Label::of_person);
        let crowd = scene.crowd.as_ref().map(Label::of_crowd);
        for mut label in people.chain(crowd) {
            label.id = self.annotations.len() as u64 + 1;
            label.image_id = id;
            self.annotations.push(label);
        }
    }

    /// Number of people with joints.
    pub fn labelled_people(&self) -> usize {
        self.annotations.iter().filter(|label| label.num_keypoints > 0).count()
    }
}

impl Label {
    fn of_person(person: &Person) -> Self {
        let tenths = |v: f32| (f64::from(v) * 10.0).round() / 10.0;
        let keypoints = person.joints.as_flattened().iter().map(|v| tenths(*v)).collect();
        let num_keypoints = person.joints.iter().filter(|joint| joint[2] > 0.0).count();
        let polygons = person.mask.polygons();
        Self {
            num_keypoints,
            keypoints,
            ..Self::of_mask(&person.mask, Outline::Polygons(polygons))
        }
    }

    fn of_crowd(mask: &Mask) -> Self {
        let runs = Outline::Runs { size: [mask.height, mask.width], counts: mask.runs() };
        Self { iscrowd: 1, ..Self::of_mask(mask, runs) }
    }

    fn of_mask(mask: &Mask, segmentation: Outline) -> Self {
        Self {
            id: 0,
            image_id: 0,
            category_id: PERSON_CATEGORY,
            bbox: mask.bbox(),
            area: mask.pixels(),
            iscrowd: 0,
            num_keypoints: 0,
            keypoints: vec![0.0; 17 * 3],
            segmentation,
        }
    }
}
