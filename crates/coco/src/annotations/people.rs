//! Categories of people, among those of a file: those with the expected joints, or with joints, or
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
    pub fn of(
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
