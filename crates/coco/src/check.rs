//! Checks of an annotation file that both purposes share, with their differences.

use std::collections::HashSet;

use crate::document::{CategoryEntry, Document, ImageEntry, PersonEntry};
use crate::{Error, JointSet, Purpose, Result};

/// Checks the entries of one file.
pub(crate) struct Checker<'a> {
    pub file: &'a str,
    pub purpose: Purpose,
    pub joints: &'a JointSet,
}

impl Checker<'_> {
    /// The images and annotations of a document, each with unique ids. Images come in the order of
    /// the file for training, by id for scoring.
    pub fn entries<'a>(
        &self,
        document: &mut Document<'a>,
    ) -> Result<(Vec<ImageEntry>, Vec<PersonEntry<'a>>)> {
        let annotations = document.take_annotations(self.file, self.purpose)?;
        let images = self.unique_images(std::mem::take(&mut document.images))?;
        self.unique("annotations.id", annotations.iter().map(|person| person.id))?;
        if self.purpose == Purpose::Training {
            self.category_joints(&document.categories)?;
        }
        Ok((images, annotations))
    }

    /// The joints `[x, y, visibility]` of an annotation, as many as expected.
    pub fn keypoints(&self, person: &mut PersonEntry<'_>) -> Result<Vec<[f64; 3]>> {
        let triples = person.keypoints.take();
        let triples = triples.ok_or_else(|| self.missing(annotation(person), "keypoints"))?;
        let keypoints = triples.complete(self.file, || annotation(person))?;
        let found = keypoints.len();
        if found == self.joints.joints() {
            return Ok(keypoints);
        }
        Err(self.joint_count(format!("annotation {}: keypoints", person.id), found))
    }

    /// The error about a required key that `entry` lacks.
    pub fn missing(&self, entry: String, key: &'static str) -> Error {
        let accepted = self.purpose.accepted();
        Error::Missing { file: self.file.into(), entry, key, accepted }
    }

    fn unique_images(&self, mut images: Vec<ImageEntry>) -> Result<Vec<ImageEntry>> {
        if self.purpose == Purpose::Scoring {
            let same = |a: &ImageEntry, b: &ImageEntry| {
                (a.id, &a.file_name, a.crowd_index) == (b.id, &b.file_name, b.crowd_index)
            };
            images.sort_by_key(|image| image.id);
            images.dedup_by(|a, b| same(a, b));
        }
        self.unique("images.id", images.iter().map(|image| image.id))?;
        Ok(images)
    }

    fn unique(&self, key: &'static str, ids: impl Iterator<Item = i64>) -> Result<()> {
        let mut seen = HashSet::with_capacity(ids.size_hint().0);
        let mut repeated = ids.filter(|id| !seen.insert(*id));
        repeated.next().map_or(Ok(()), |first| {
            let count = 1 + repeated.count();
            Err(Error::DuplicateIds { file: self.file.into(), key, first, count })
        })
    }

    fn category_joints(&self, categories: &[CategoryEntry]) -> Result<()> {
        let named = categories.iter().filter_map(|category| {
            let found = category.keypoints.as_ref()?.len();
            (found != 0).then(|| (format!("categories: `{}`", category.name), found))
        });
        let mut wrong = named.filter(|(_, found)| *found != self.joints.joints());
        wrong.next().map_or(Ok(()), |(entry, found)| Err(self.joint_count(entry, found)))
    }

    fn joint_count(&self, entry: String, found: usize) -> Error {
        let expected = self.joints.clone();
        Error::JointCount { file: self.file.into(), entry, found, expected }
    }
}

/// Name of an annotation in messages.
pub(crate) fn annotation(person: &PersonEntry<'_>) -> String {
    format!("annotation {}", person.id)
}
