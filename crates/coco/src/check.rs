//! The entries of an annotation file, read and checked as both purposes need them.

use std::collections::{BTreeMap, HashSet};

use crate::annotations::{CategoryEntry, Document, ImageEntry, People, PersonEntry};
use crate::{Error, JointSet, Note, Purpose, Result};

/// Checks the entries of one file.
pub(crate) struct Checker<'a> {
    pub file: &'a str,
    pub purpose: Purpose,
    pub joints: &'a JointSet,
}

/// Entries of one file: images and annotations with unique ids, annotations of people only.
pub(crate) struct Entries<'a> {
    /// In the order of the file for training, by id for scoring.
    pub images: Vec<ImageEntry>,
    /// With their positions in the file.
    pub people: Vec<(usize, PersonEntry<'a>)>,
    /// Categories of people; all where the file does not tell them apart.
    pub categories: Vec<CategoryEntry>,
    pub notes: Vec<Note>,
}

impl Checker<'_> {
    /// Reads and checks the entries of a document.
    pub fn entries<'a>(&self, document: Document<'a>) -> Result<Entries<'a>> {
        let mut notes = Vec::new();
        let images = document.images.into_iter().enumerate();
        let images = images.map(|(position, raw)| ImageEntry::read(raw, self.file, position));
        let images = self.unique_images(images.collect::<Result<_>>()?, &mut notes)?;
        let categories = document.categories.unwrap_or_default().into_iter().enumerate();
        let categories =
            categories.map(|(position, raw)| CategoryEntry::read(raw, self.file, position));
        let categories: Vec<_> = categories.collect::<Result<_>>()?;
        let annotations = match (document.annotations, self.purpose) {
            (Some(annotations), _) => annotations,
            (None, Purpose::Training) => Vec::new(),
            (None, Purpose::Scoring) => {
                return Err(self.missing("the file".into(), "annotations"));
            }
        };
        let people = People::of(&categories, &annotations, self.joints);
        let people = people.map_err(|found| self.no_category(found))?;
        let (mut kept, mut others) = (Vec::new(), BTreeMap::new());
        for (position, raw) in annotations.into_iter().enumerate() {
            let category = PersonEntry::category(&raw);
            if people.holds(category) {
                kept.push((position, PersonEntry::read(raw, self.file, position)?));
            } else {
                *others.entry(category).or_insert(0) += 1;
            }
        }
        notes.extend(other_categories(&others, &categories));
        self.unique("annotations.id", kept.iter().map(|(_, person)| person.id))?;
        let categories: Vec<_> = categories.into_iter().filter(|c| people.holds(c.id)).collect();
        self.category_joints(&categories)?;
        Ok(Entries { images, people: kept, categories, notes })
    }

    /// The joints of an annotation, as many as expected; zeros where it has none.
    pub fn keypoints(&self, person: &mut PersonEntry<'_>) -> Result<Vec<[f64; 3]>> {
        let keypoints = std::mem::take(&mut person.keypoints);
        let (found, expected) = (keypoints.len(), self.joints.joints());
        match found {
            0 => {
                person.num_keypoints = Some(0);
                Ok(vec![[0.0; 3]; expected])
            }
            found if found == expected => Ok(keypoints),
            _ => Err(self.joint_count(format!("{}: keypoints", person.name()), found)),
        }
    }

    /// The error about a required key that `entry` lacks.
    pub fn missing(&self, entry: String, key: &'static str) -> Error {
        let accepted = self.purpose.accepted();
        Error::Missing { file: self.file.into(), entry, key, accepted }
    }

    fn unique_images(
        &self,
        mut images: Vec<ImageEntry>,
        notes: &mut Vec<Note>,
    ) -> Result<Vec<ImageEntry>> {
        let count = images.len();
        if self.purpose == Purpose::Scoring {
            let same = |a: &ImageEntry, b: &ImageEntry| {
                (a.id, &a.file_name, a.crowd_index) == (b.id, &b.file_name, b.crowd_index)
            };
            images.sort_by_key(|image| image.id);
            images.dedup_by(|a, b| same(a, b));
        } else {
            images = without_repetitions(images);
        }
        self.unique("images.id", images.iter().map(|image| image.id))?;
        let left_out = count - images.len();
        notes.extend((left_out > 0).then_some(Note::RepeatedImages { count: left_out }));
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

    /// Categories of people have the expected joints, in the expected order.
    fn category_joints(&self, categories: &[CategoryEntry]) -> Result<()> {
        for category in categories.iter().filter(|category| !category.joints.is_empty()) {
            let entry = format!("categories: `{}`", category.name);
            let found = category.joints.len();
            if found != self.joints.joints() && self.purpose == Purpose::Training {
                return Err(self.joint_count(entry, found));
            }
            if let Some((position, expected)) = self.joints.misplaced(&category.joints) {
                return Err(Error::JointOrder {
                    file: self.file.into(),
                    entry,
                    position,
                    found: category.joints.join(", "),
                    expected: expected.join(", "),
                });
            }
        }
        Ok(())
    }

    fn no_category(&self, found: Vec<String>) -> Error {
        let wanted = self.joints.category().unwrap_or_default().to_owned();
        let found = if found.is_empty() { "no categories".into() } else { found.join(", ") };
        Error::NoCategory { file: self.file.into(), wanted, found }
    }

    fn joint_count(&self, entry: String, found: usize) -> Error {
        let expected = Box::new(self.joints.clone());
        Error::JointCount { file: self.file.into(), entry, found, expected }
    }
}

/// Images, each content once, in the order of their first occurrence.
fn without_repetitions(images: Vec<ImageEntry>) -> Vec<ImageEntry> {
    let mut kept: Vec<ImageEntry> = Vec::with_capacity(images.len());
    let mut first = std::collections::HashMap::with_capacity(images.len());
    for image in images {
        let position = *first.entry(image.id).or_insert(kept.len());
        if kept.get(position) != Some(&image) {
            kept.push(image);
        }
    }
    kept
}

fn other_categories(
    counts: &BTreeMap<Option<u64>, usize>,
    categories: &[CategoryEntry],
) -> Option<Note> {
    let name = |id: &Option<u64>| {
        let category = categories.iter().find(|category| category.id == *id);
        let id = id.map_or_else(String::new, |id| id.to_string());
        category.map_or(id, |category| category.name.clone())
    };
    let names = counts.keys().map(name).collect();
    (!counts.is_empty()).then(|| Note::OtherCategories { count: counts.values().sum(), names })
}
