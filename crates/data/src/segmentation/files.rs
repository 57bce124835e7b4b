//! Pictures of a segmentation data set: found in its folders, or read from a list.
//!
//! Pictures come in the order of their paths, so that no file system decides about a run.

use std::fs;
use std::path::{Path, PathBuf};

use super::facts::SegmentationFacts;
use crate::error::show;
use crate::{Error, Result};

/// Files of a picture and of its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledPicture {
    /// Name without folders and suffix, such as `frankfurt_000000_000294`.
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
    walk(&folder, &mut files)?;
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
    Ok(files.into_iter().map(labelled).collect())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |e| Error::io(folder, "read the folder", e);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Pictures from a list file: per line a picture and, if it has one, its label picture, below
/// `root` and apart by white space.
///
/// # Errors
/// When the file cannot be read, is empty or a line names more than two files.
pub fn read_list(
    list: &Path,
    root: &Path,
    facts: &SegmentationFacts,
) -> Result<Vec<LabelledPicture>> {
    let text = fs::read_to_string(list).map_err(|e| Error::io(list, "read", e))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let pictures = lines.map(|(number, line)| {
        let files: Vec<&str> = line.split_whitespace().collect();
        let (image, labels) = match files[..] {
            [image] => (image, None),
            [image, labels] => (image, Some(root.join(labels))),
            _ => return Err(Error::ListLine { path: show(list), line: number + 1 }),
        };
        let file = image.rsplit(['/', '\\']).next().unwrap_or(image);
        let name = file.strip_suffix(&facts.images.suffix);
        let name = name.unwrap_or_else(|| file.rsplit_once('.').map_or(file, |(stem, _)| stem));
        Ok(LabelledPicture { name: name.to_owned(), image: root.join(image), labels })
    });
    let pictures: Vec<_> = pictures.collect::<Result<_>>()?;
    if pictures.is_empty() {
        return Err(Error::NoPictures { folder: show(list), suffix: facts.images.suffix.clone() });
    }
    Ok(pictures)
}
