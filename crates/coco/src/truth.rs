//! Annotations for scoring: the people that results are matched to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::annotations::{CategoryEntry, Document, ImageEntry, PersonEntry};
use crate::check::{Checker, Entries};
use crate::{Error, JointSet, Purpose, Result};

/// Source of an annotated person's area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AreaSource {
    /// The `area` of the annotation.
    Annotation,
    /// This share of the annotation's box.
    BoxShare(f64),
}

/// Checked annotations of one file, in the order of the COCO evaluator: images by id, people as in
/// the file.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundTruth {
    /// The annotation file, for messages.
    pub file: String,
    /// Images by id, each once.
    pub images: Vec<ScoredImage>,
    /// People of listed images, in the order of the file.
    pub people: Vec<AnnotatedPerson>,
    /// Categories of people; where the file lists none, those of the annotations.
    pub categories: BTreeSet<u64>,
    /// Position in the file of the annotation with id 0.
    pub zero_id: Option<usize>,
}

/// An image that is scored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredImage {
    /// Id of the image.
    pub id: i64,
    /// Crowdedness in [0, 1]; `CrowdPose` only.
    pub crowd_index: Option<f64>,
}

/// A person, or a region with many (`iscrowd`), of a scored image.
#[derive(Clone, Debug, PartialEq)]
pub struct AnnotatedPerson {
    /// Position among `annotations` of the file, from 0.
    pub position: usize,
    /// Position of the image in [`GroundTruth::images`].
    pub image: usize,
    /// Category of the annotation.
    pub category_id: u64,
    /// `[x, y, width, height]` in pixels.
    pub bbox: [f64; 4],
    /// Pixels covered, from the [`AreaSource`].
    pub area: f64,
    /// Whether this is a region of many people, which is ignored.
    pub iscrowd: bool,
    /// Number of joints with a label, where the file gives it.
    pub num_keypoints: Option<usize>,
    /// `[x, y, visibility]` of each joint.
    pub keypoints: Vec<[f64; 3]>,
}

impl GroundTruth {
    /// Reads the annotation file at `path`, whose people must have the joints of `joints`.
    ///
    /// # Errors
    /// When the file cannot be read, is cut off or of another format, has another joint count, ids
    /// twice, or people without a box or the area that `area` asks for.
    pub fn read(path: &Path, joints: &JointSet, area: AreaSource) -> Result<Self> {
        let bytes = fs::read(path).map_err(|e| Error::io(path, "read", e))?;
        let file = path.display().to_string();
        let checker = Checker { file: &file, purpose: Purpose::Scoring, joints };
        let document = Document::parse(&bytes, &file, Purpose::Scoring)?;
        let Entries { images, people, categories, .. } = checker.entries(document)?;
        let zero = people.iter().find(|(_, person)| person.id == 0);
        let zero_id = zero.map(|(position, _)| *position);
        let people = people.into_iter();
        let people = people
            .filter_map(|(position, person)| {
                checked(&checker, &images, area, position, person).transpose()
            })
            .collect::<Result<Vec<_>>>()?;
        let mut categories = category_ids(&checker, &categories)?;
        if categories.is_empty() {
            categories.extend(people.iter().map(|person| person.category_id));
        }
        let image =
            |image: &ImageEntry| ScoredImage { id: image.id, crowd_index: image.crowd_index };
        let images = images.iter().map(image).collect();
        Ok(Self { file, images, people, categories, zero_id })
    }
}

impl GroundTruth {
    /// Keeps the images with an id that `keep` accepts, and their people.
    pub fn retain_images(&mut self, keep: impl Fn(i64) -> bool) {
        let mut moved = Vec::with_capacity(self.images.len());
        let mut kept = 0;
        for image in &self.images {
            let is_kept = keep(image.id);
            moved.push(is_kept.then_some(kept));
            kept += usize::from(is_kept);
        }
        self.images.retain(|image| keep(image.id));
        self.people.retain_mut(|person| {
            let place = moved[person.image];
            person.image = place.unwrap_or(person.image);
            place.is_some()
        });
    }
}

fn category_ids(checker: &Checker<'_>, categories: &[CategoryEntry]) -> Result<BTreeSet<u64>> {
    let ids = categories.iter().map(|category| {
        category.id.ok_or_else(|| checker.missing(format!("category `{}`", category.name), "id"))
    });
    ids.collect()
}

/// The person, or none when its image is not listed, since only listed images are scored.
fn checked(
    checker: &Checker<'_>,
    images: &[ImageEntry],
    area: AreaSource,
    position: usize,
    mut person: PersonEntry<'_>,
) -> Result<Option<AnnotatedPerson>> {
    let missing = |key| checker.missing(person.name(), key);
    let bbox = person.bbox.ok_or_else(|| missing("bbox"))?;
    let category_id = person.category_id.ok_or_else(|| missing("category_id"))?;
    let area = match area {
        AreaSource::Annotation => person.area.ok_or_else(|| missing_area(checker, &person))?,
        AreaSource::BoxShare(share) => bbox[2] * bbox[3] * share,
    };
    let keypoints = checker.keypoints(&mut person)?;
    let image = images.binary_search_by_key(&person.image_id, |image| image.id).ok();
    Ok(image.map(|image| AnnotatedPerson {
        position,
        image,
        category_id,
        bbox,
        area,
        iscrowd: person.iscrowd,
        num_keypoints: person.num_keypoints,
        keypoints,
    }))
}

fn missing_area(checker: &Checker<'_>, person: &PersonEntry<'_>) -> Error {
    Error::Missing {
        file: checker.file.into(),
        entry: person.name(),
        key: "area",
        accepted: "annotations with the person's area in pixels² (CrowdPose files have none: \
                   they need the CrowdPose metric)",
    }
}
