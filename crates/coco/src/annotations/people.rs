//! Categories of people, among those of a file: the one that is asked for; else those with the expected joints, or with joints, or
//! named like people, or whose annotations have joints.

use std::collections::BTreeSet;

use super::document::RawPerson;
use super::entries::{CategoryEntry, PersonEntry};
use crate::JointSet;
use crate::json::Field;

/// Names of categories of people in published data sets.
const NAMES: [&str; 6] = ["person", "people", "human", "pedestrian", "persons", "humans"];

/// Categories of people.
pub(crate) struct People {
    /// Their ids; `None` where the file does not tell categories apart.
    ids: Option<BTreeSet<u64>>,
}

impl People {
    /// Of the categories and annotations of a file.
    ///
    /// # Errors
    /// When the category that is asked for is not there; the categories of the file.
    pub fn of(
        categories: &[CategoryEntry],
        annotations: &[RawPerson<'_>],
        joints: &JointSet,
    ) -> Result<Self, Vec<String>> {
        match joints.category() {
            Some(wanted) => Self::named(wanted, categories, annotations),
            None => Ok(Self::recognised(categories, annotations, joints)),
        }
    }

    /// The category of a name, without regard to case, or of an id.
    fn named(
        wanted: &str,
        categories: &[CategoryEntry],
        annotations: &[RawPerson<'_>],
    ) -> Result<Self, Vec<String>> {
        let is_wanted = |category: &&CategoryEntry| category.name.eq_ignore_ascii_case(wanted);
        let mut ids: BTreeSet<u64> =
            categories.iter().filter(is_wanted).filter_map(|category| category.id).collect();
        if let (true, Ok(id)) = (ids.is_empty(), wanted.parse::<u64>()) {
            let listed = categories.iter().map(|category| category.id);
            let used = annotations.iter().map(PersonEntry::category);
            ids.extend(listed.chain(used).flatten().find(|found| *found == id));
        }
        if !ids.is_empty() {
            return Ok(Self { ids: Some(ids) });
        }
        let name = |category: &CategoryEntry| match category.id {
            Some(id) => format!("{:?} (id {id})", category.name),
            None => format!("{:?}", category.name),
        };
        Err(categories.iter().map(name).collect())
    }

    fn recognised(
        categories: &[CategoryEntry],
        annotations: &[RawPerson<'_>],
        joints: &JointSet,
    ) -> Self {
        let ids = |wanted: &dyn Fn(&CategoryEntry) -> bool| -> Option<BTreeSet<u64>> {
            let found: Vec<&CategoryEntry> = categories.iter().filter(|c| wanted(c)).collect();
            let ids = found.iter().map(|category| category.id).collect::<Option<_>>();
            ids.filter(|_| !found.is_empty())
        };
        let of_annotations = || {
            let with_joints = annotations
                .iter()
                .filter(|raw| matches!(&raw.keypoints, Field::Given(all) if !all.0.is_empty()));
            let ids: Option<BTreeSet<u64>> = with_joints.map(PersonEntry::category).collect();
            ids.filter(|ids| !ids.is_empty())
        };
        let count = joints.joints();
        let ids = ids(&|category| category.joints.len() == count)
            .or_else(|| ids(&|category| !category.joints.is_empty()))
            .or_else(|| ids(&|category| NAMES.contains(&&*category.name.to_lowercase())))
            .or_else(of_annotations);
        Self { ids }
    }

    /// Whether annotations of this category are of people.
    pub fn holds(&self, category: Option<u64>) -> bool {
        match (&self.ids, category) {
            (Some(ids), Some(category)) => ids.contains(&category),
            _ => true,
        }
    }
}
