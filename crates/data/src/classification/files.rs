//! Pictures of a part of a data set, by the folder of their class.
//!
//! Pictures come in the order of their classes and paths, so that no file system decides about a run.

use std::fs;
use std::path::{Path, PathBuf};

use super::facts::ClassificationFacts;
use crate::error::show;
use crate::pictures::{ENDINGS, is_picture};
use crate::{Error, Result};

/// A picture and its class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassedPicture {
    /// Folder of the class and name of the file, apart by `/`.
    pub name: String,
    /// The picture.
    pub path: PathBuf,
    /// Position of its class in the facts.
    pub class: usize,
}

/// Folders of the classes of a part of a data set, in the order of their names.
///
/// # Errors
/// When the folder of the part is missing.
pub fn class_folders(part: &Path) -> Result<Vec<String>> {
    let failed = |e| Error::io(part, "read the folder", e);
    let mut folders = Vec::new();
    for entry in fs::read_dir(part).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') {
            folders.push(name);
        }
    }
    folders.sort_unstable();
    Ok(folders)
}

/// All pictures of a part. A class may have none of them; a folder that belongs to no class is refused.
///
/// # Errors
/// When the folder is missing, holds no picture, or has a folder of another class.
pub fn find(root: &Path, part: &str, facts: &ClassificationFacts) -> Result<Vec<ClassedPicture>> {
    let part = root.join(part);
    let folders = class_folders(&part)?;
    let known = |folder: &&String| facts.classes.iter().any(|class| class.folder == **folder);
    if let Some(folder) = folders.iter().find(|folder| !known(folder)) {
        let names: Vec<&str> = facts.classes.iter().map(|class| &*class.folder).collect();
        let problem =
            format!("{} is the folder of no class of {}", show(&part.join(folder)), facts.name);
        return Err(Error::facts(&part, "classes", problem, names.join(", ")));
    }
    let mut pictures = Vec::new();
    for (class, facts) in facts.classes.iter().enumerate() {
        let folder = part.join(&facts.folder);
        if folder.is_dir() {
            pictures.extend(of_class(&folder, &facts.folder, class)?);
        }
    }
    if pictures.is_empty() {
        let suffix = ENDINGS.map(|ending| format!(".{ending}")).join(", ");
        return Err(Error::NoPictures { folder: show(&part), suffix });
    }
    Ok(pictures)
}

fn of_class(folder: &Path, name: &str, class: usize) -> Result<Vec<ClassedPicture>> {
    let failed = |e| Error::io(folder, "read the folder", e);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if is_picture(&path) && !path.is_dir() {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    let picture = |path: PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        ClassedPicture { name: format!("{name}/{file}"), path, class }
    };
    Ok(paths.into_iter().map(picture).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_found_by_class() {
        let root = tempfile::tempdir().unwrap();
        for file in ["b/2.PNG", "b/1.jpg", "a/x.jpeg", "a/notes.txt", ".git/y.jpg"] {
            let path = root.path().join("train").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let part = root.path().join("train");
        let folders = class_folders(&part).unwrap();
        assert_eq!(folders, ["a", "b"]);
        let facts = ClassificationFacts::of_folders("x", folders).unwrap();
        let found = find(root.path(), "train", &facts).unwrap();
        let names: Vec<(&str, usize)> = found.iter().map(|p| (&*p.name, p.class)).collect();
        assert_eq!(names, [("a/x.jpeg", 0), ("b/1.jpg", 1), ("b/2.PNG", 1)]);
        fs::create_dir(part.join("c")).unwrap();
        let said = find(root.path(), "train", &facts).unwrap_err().to_string();
        assert!(said.contains("train/c") && said.contains("accepted: a, b"), "{said}");
        let said = find(root.path(), "val", &facts).unwrap_err().to_string();
        assert!(said.contains("val"), "{said}");
        fs::create_dir_all(root.path().join("val/a")).unwrap();
        let said = find(root.path(), "val", &facts).unwrap_err().to_string();
        assert!(said.contains("no pictures") && said.contains(".jpeg"), "{said}");
    }
}
