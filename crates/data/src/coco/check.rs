//! What must hold of an annotation file before anything works with it.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::parse::File;
use super::{Annotation, CocoKeypoints, clip_box};
use crate::error::show;
use crate::{Error, KeypointFacts, Result};

/// The file's categories and people have the joints of the facts.
pub(super) fn joints(file: &File, path: &Path, facts: &KeypointFacts) -> Result<()> {
    let expected = facts.joints.len();
    let categories = file.categories.iter().filter_map(|category| {
        let found = category.keypoints.as_ref()?.len();
        (found != 0).then(|| (format!("categories: `{}`", category.name), found))
    });
    let people = file.annotations.iter().filter(|a| a.keypoints.len() != expected);
    let people = people.map(|a| (format!("annotation {}: keypoints", a.id), a.keypoints.len()));
    match categories.chain(people).find(|(_, found)| *found != expected) {
        None => Ok(()),
        Some((key, found)) => Err(Error::JointCount {
            path: show(path),
            key,
            found,
            dataset: facts.name.clone(),
            expected,
        }),
    }
}

/// Ids are unique; returns where each picture stands.
pub(super) fn ids(file: &File, path: &Path) -> Result<HashMap<i64, usize>> {
    let mut positions = HashMap::with_capacity(file.images.len());
    let mut repeated = Vec::new();
    for (position, image) in file.images.iter().enumerate() {
        match positions.entry(image.id) {
            Entry::Vacant(free) => drop(free.insert(position)),
            Entry::Occupied(_) => repeated.push(image.id),
        }
    }
    no_repeats(path, "images.id", &repeated)?;
    let mut seen = HashSet::with_capacity(file.annotations.len());
    repeated.extend(file.annotations.iter().map(|a| a.id).filter(|id| !seen.insert(*id)));
    no_repeats(path, "annotations.id", &repeated)?;
    Ok(positions)
}

/// Every annotation is of a listed picture.
pub(super) fn known_images(coco: &CocoKeypoints, path: &Path) -> Result<()> {
    let unknown = |a: &&Annotation| coco.image_position(a.image_id).is_none();
    let mut strays = coco.annotations.iter().filter(unknown);
    match strays.next() {
        None => Ok(()),
        Some(first) => Err(Error::AbsentImages {
            path: show(path),
            annotation: first.id,
            image: first.image_id,
            count: 1 + strays.count(),
        }),
    }
}

/// Every labelled person can be cropped.
pub(super) fn boxes(coco: &CocoKeypoints, path: &Path) -> Result<()> {
    let labelled = coco.annotations.iter().filter(|a| a.is_labelled());
    let mut problems = labelled.filter_map(|a| box_problem(coco, a).map(|p| (a.id, p)));
    match problems.next() {
        None => Ok(()),
        Some((annotation, problem)) => Err(Error::UnusableBoxes {
            path: show(path),
            annotation,
            problem,
            count: 1 + problems.count(),
        }),
    }
}

fn box_problem(coco: &CocoKeypoints, annotation: &Annotation) -> Option<String> {
    let image = &coco.images[coco.image_position(annotation.image_id)?];
    if clip_box(annotation.bbox, image).is_none() {
        let (width, height) = (image.width, image.height);
        let bbox = annotation.bbox;
        return Some(format!("`bbox` {bbox:?} is outside its {width}x{height} picture"));
    }
    let positive = annotation.area > 0.0;
    (!positive).then(|| format!("`area` is {}", annotation.area))
}

fn no_repeats(path: &Path, key: &'static str, repeated: &[i64]) -> Result<()> {
    match repeated.first() {
        None => Ok(()),
        Some(&first) => {
            Err(Error::DuplicateIds { path: show(path), key, first, count: repeated.len() })
        }
    }
}
