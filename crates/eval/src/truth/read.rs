//! Reads an annotation file and checks that the metric can be computed on it.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use hotcoco::{Annotation, COCO, Category, Dataset, Image};

use super::file::{AnnotationFile, ImageEntry, PersonEntry};
use super::{AreaSource, Truth};
use crate::error::{Error, Result};
use crate::files::read_json;
use crate::sigmas::Sigmas;

const ACCEPTED: &str =
    "COCO keypoint annotations, an object with `images`, `annotations` and `categories`";

impl Truth {
    /// The annotations in the file at `path`, whose joints must be those of `sigmas`.
    pub fn read(path: &Path, sigmas: &Sigmas, area: AreaSource) -> Result<Self> {
        let parsed: AnnotationFile = read_json(path, ACCEPTED)?;
        let reader = Reader { file: path.display().to_string(), joints: sigmas.joints(), area };
        reader.build(parsed, sigmas)
    }
}

struct Reader {
    file: String,
    joints: usize,
    area: AreaSource,
}

impl Reader {
    fn build(self, parsed: AnnotationFile, sigmas: &Sigmas) -> Result<Truth> {
        let images = self.unique_images(parsed.images)?;
        self.check_unique("annotations.id", parsed.annotations.iter().map(|person| person.id))?;
        let zero_id = parsed.annotations.iter().position(|person| person.id == 0);
        let people = parsed.annotations.into_iter().enumerate();
        let annotations = people
            .filter_map(|(place, person)| self.annotation(&images, place, person).transpose())
            .collect::<Result<Vec<_>>>()?;
        let mut categories: BTreeSet<u64> = parsed.categories.iter().map(|one| one.id).collect();
        if categories.is_empty() {
            categories.extend(annotations.iter().map(|annotation| annotation.category_id));
        }
        Ok(Truth {
            file: self.file,
            coco: Arc::new(COCO::from_dataset(dataset(images.len(), &categories, annotations))),
            sigmas: sigmas.clone(),
            crowd_index: images.iter().map(|image| image.crowd_index).collect(),
            images: images.into_iter().map(|image| image.id).collect(),
            categories,
            zero_id: zero_id.map(engine_id),
            selected: None,
        })
    }

    /// The annotation in the engine's terms; none when its image is not listed, since only listed
    /// images are evaluated.
    fn annotation(
        &self,
        images: &[ImageEntry],
        place: usize,
        person: PersonEntry,
    ) -> Result<Option<Annotation>> {
        let bbox = person.bbox.ok_or_else(|| self.missing(&person, "bbox"))?;
        let area = match self.area {
            AreaSource::Annotation => person.area.ok_or_else(|| self.missing_area(&person))?,
            AreaSource::BoxShare(share) => bbox[2] * bbox[3] * share,
        };
        self.check_joints(&person)?;
        let rank = images.binary_search_by_key(&person.image_id, |image| image.id).ok();
        Ok(rank.map(|rank| Annotation {
            id: engine_id(place),
            image_id: rank as u64,
            category_id: person.category_id,
            bbox: Some(bbox),
            area: Some(area),
            iscrowd: person.iscrowd,
            num_keypoints: person.num_keypoints,
            keypoints: person.keypoints,
            ..Annotation::default()
        }))
    }

    fn check_joints(&self, person: &PersonEntry) -> Result<()> {
        let numbers =
            person.keypoints.as_ref().ok_or_else(|| self.missing(person, "keypoints"))?.len();
        let (file, entry) = (self.file.clone(), entry(person));
        if !numbers.is_multiple_of(3) {
            return Err(Error::BrokenTriples { file, entry, found: numbers });
        }
        if numbers / 3 != self.joints {
            let (found, expected) = (numbers / 3, self.joints);
            return Err(Error::JointCount { file, entry, found, expected });
        }
        Ok(())
    }

    /// The images by id. Published subsets list an image once per person: the same entry again is
    /// dropped, another image of the same id is an error.
    fn unique_images(&self, mut images: Vec<ImageEntry>) -> Result<Vec<ImageEntry>> {
        images.sort_by_key(|image| image.id);
        images.dedup();
        self.check_unique("images.id", images.iter().map(|image| image.id))?;
        Ok(images)
    }

    fn check_unique(&self, key: &'static str, ids: impl Iterator<Item = i64>) -> Result<()> {
        let mut seen = HashSet::new();
        let mut repeated = ids.filter(|id| !seen.insert(*id));
        repeated.next().map_or(Ok(()), |first| {
            let count = 1 + repeated.count();
            Err(Error::DuplicateIds { file: self.file.clone(), key, first, count })
        })
    }

    fn missing(&self, person: &PersonEntry, key: &'static str) -> Error {
        Error::Missing { file: self.file.clone(), entry: entry(person), key, accepted: ACCEPTED }
    }

    fn missing_area(&self, person: &PersonEntry) -> Error {
        Error::Missing {
            file: self.file.clone(),
            entry: entry(person),
            key: "area",
            accepted: "annotations with the person's area in pixels² (CrowdPose files have none: \
                       they need the CrowdPose metric)",
        }
    }
}

fn entry(person: &PersonEntry) -> String {
    format!("annotation {}", person.id)
}

/// Engine ids start at 1, which leaves 0 free for "unmatched".
fn engine_id(place: usize) -> u64 {
    place as u64 + 1
}

fn dataset(images: usize, categories: &BTreeSet<u64>, annotations: Vec<Annotation>) -> Dataset {
    let image = |id| Image { id, ..Image::default() };
    let category = |id: &u64| Category { id: *id, name: id.to_string(), ..Category::default() };
    Dataset {
        images: (0..images as u64).map(image).collect(),
        annotations,
        categories: categories.iter().map(category).collect(),
        ..Dataset::default()
    }
}
