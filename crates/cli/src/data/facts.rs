//! Facts of data sets by name or file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_data::{ClassificationFacts, KeypointFacts, SegmentationFacts};
use scalenas_train::TaskSource;
use serde::de::DeserializeOwned;

use super::described::described_facts;
use crate::error::user;

/// Facts of joints: built in by name, or from a file.
pub fn keypoint_facts(name: &str) -> Result<KeypointFacts> {
    match name {
        "coco" => Ok(KeypointFacts::coco()),
        "crowdpose" => Ok(KeypointFacts::crowdpose()),
        path if Path::new(path).exists() => {
            in_file(path, "joints", KeypointFacts::checked, KeypointFacts::read)
        }
        other => Err(user(format!(
            "facts is {other:?}, accepted: coco, crowdpose, a RON file or the description of an exported network"
        ))),
    }
}

/// Facts of the joints of a task's data, whose people are of the category that its source names.
pub fn facts_of(source: &TaskSource) -> Result<KeypointFacts> {
    Ok(of_category(keypoint_facts(&source.facts)?, source.files.category.as_deref()))
}

/// Facts of joints of people of another category, if one is given.
pub fn of_category(mut facts: KeypointFacts, category: Option<&str>) -> KeypointFacts {
    if let Some(category) = category {
        facts.category = Some(category.to_owned());
    }
    facts
}

/// Facts of classes: built in by name, or from a file.
pub fn segmentation_facts(name: &str) -> Result<SegmentationFacts> {
    match name {
        "cityscapes" => Ok(SegmentationFacts::cityscapes()),
        path if Path::new(path).exists() => {
            in_file(path, "classes of pixels", SegmentationFacts::checked, SegmentationFacts::read)
        }
        other => Err(user(format!(
            "facts is {other:?}, accepted: cityscapes, a RON file or the description of an exported network"
        ))),
    }
}

/// Facts of pictures whose classes are the folders of their training part.
pub const FOLDERS: &str = "folders";

/// Facts in few words: their name or file, and of lists of folders no more than that they are one.
pub fn shown(name: &str) -> &str {
    if name.starts_with(FOLDERS) { FOLDERS } else { name }
}

/// Facts of classes of pictures: a list of folders, or from a file.
pub fn classification_facts(name: &str) -> Result<ClassificationFacts> {
    match ClassificationFacts::parse(name) {
        Some(facts) => Ok(facts?),
        None if Path::new(name).exists() => {
            let checked = ClassificationFacts::checked;
            in_file(name, "classes of pictures", checked, ClassificationFacts::read)
        }
        None => Err(user(format!(
            "facts is {name:?}, accepted: a RON file, or none for the folders of the data"
        ))),
    }
}

/// The one file in the folder of a data set that `read` takes for facts; `None` where there are none, or several.
pub fn facts_beside<T>(data: &Path, read: fn(&str) -> Result<T>) -> Option<String> {
    let entries = fs::read_dir(data).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let is_ron = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "ron");
    let named = entries.filter(is_ron).filter_map(|path| path.to_str().map(str::to_owned));
    let mut found = named.filter(|path| read(path).is_ok());
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Facts of a file: a description of an exported network, or a RON file.
fn in_file<'a, T: DeserializeOwned>(
    path: &'a str,
    kind: &str,
    checked: fn(T, &'a str) -> scalenas_data::Result<T>,
    read: fn(&'a str) -> scalenas_data::Result<T>,
) -> Result<T> {
    Ok(match described_facts(path.as_ref(), kind)? {
        Some(facts) => checked(facts, path)?,
        None => read(path)?,
    })
}
