//! Pictures of a segmentation data set, found in its folders.
//!
//! Pictures come in the order of their paths, so that no file system decides about a run.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use super::facts::SegmentationFacts;
use crate::error::show;
use crate::{Error, Result};

/// Files of a picture and of its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledPicture {
    /// Name without suffix, such as `frankfurt_000000_000294`; with folders, apart by `/`, where others
    /// have the same name.
    pub name: String,
    /// The picture.
    pub image: PathBuf,
    /// File of its labels; `None` for pictures that are only predicted.
    pub labels: Option<PathBuf>,
}

/// All pictures of a split, with their labels.
///
/// # Errors
/// When the folder is missing or holds no picture with the right suffix.
pub fn find(root: &Path, split: &str, facts: &SegmentationFacts) -> Result<Vec<LabelledPicture>> {
    let folder = root.join(&facts.images.folder).join(split);
    let mut files = Vec::new();
    walk(&folder, &mut files, &mut Vec::new())?;
    files.retain(|path| show(path).ends_with(&facts.images.suffix));
    files.sort_unstable();
    if files.is_empty() {
        return Err(Error::NoPictures {
            folder: show(&folder),
            suffix: facts.images.suffix.clone(),
        });
    }
    let below = root.join(&facts.images.folder);
    let labelled = |image: PathBuf| {
        let relative = image.strip_prefix(&below).expect("found below the folder");
        let stem = show(relative);
        let stem = stem.strip_suffix(&facts.images.suffix).unwrap_or(&stem);
        let labels = format!("{stem}{}", facts.labels.suffix);
        LabelledPicture {
            name: stem.rsplit(['/', '\\']).next().unwrap_or(stem).to_owned(),
            labels: Some(root.join(&facts.labels.folder).join(labels)),
            image,
        }
    };
    let mut pictures: Vec<_> = files.into_iter().map(labelled).collect();
    name_apart(&mut pictures, &folder);
    Ok(pictures)
}

/// Collects the files below a folder; `above` holds the folders on the way to it.
fn walk(folder: &Path, files: &mut Vec<PathBuf>, above: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |e| Error::io(folder, "read the folder", e);
    let real = fs::canonicalize(folder).map_err(failed)?;
    if above.contains(&real) {
        let problem = io::Error::other(format!("a link leads back to {}", show(&real)));
        return Err(failed(problem));
    }
    above.push(real);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            walk(&path, files, above)?;
        } else {
            files.push(path);
        }
    }
    above.pop();
    Ok(())
}

/// Gives pictures of one name in several folders names with their folders below `root`.
pub(super) fn name_apart(pictures: &mut [LabelledPicture], root: &Path) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for picture in pictures.iter() {
        *counts.entry(picture.name.clone()).or_default() += 1;
    }
    for picture in pictures.iter_mut().filter(|picture| counts[&picture.name] > 1) {
        let relative = picture.image.strip_prefix(root).unwrap_or(&picture.image);
        let folders = relative.parent().into_iter().flat_map(Path::components);
        let folders = folders.filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
            _ => None,
        });
        let parts: Vec<String> = folders.chain([picture.name.clone()]).collect();
        picture.name = parts.join("/");
    }
}
