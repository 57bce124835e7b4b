//! Files of drawn pictures: one per picture, whatever their names.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use scalenas_data::Image8;

use super::style::QUALITY;
use crate::files::write_file;

/// Writes a drawn picture below `folder`, under the name that it has in its data set, folders included.
pub fn write(folder: &Path, name: &str, picture: &Image8) -> Result<()> {
    let (bytes, extension) = picture.to_file(QUALITY);
    write_file(&folder.join(relative(name, extension)), bytes)
}

/// File below `folder` for a picture of this name, whatever its ending.
pub fn below(folder: &Path, name: &str, extension: &str) -> PathBuf {
    folder.join(relative(name, extension))
}

/// Folder below `folder` of the pictures whose names begin with `name`.
pub fn folder(folder: &Path, name: &str) -> PathBuf {
    folder.join(parts(name))
}

/// A path that stays below its folder, and that no other name has.
fn relative(name: &str, extension: &str) -> PathBuf {
    let mut path = parts(name);
    if path.extension().is_none_or(|found| found != extension) {
        path.as_mut_os_string().push(format!(".{extension}"));
    }
    path
}

/// The parts of a name, without those that lead upwards.
fn parts(name: &str) -> PathBuf {
    let parts = Path::new(name).components().filter_map(|part| match part {
        Component::Normal(part) => Some(part),
        Component::ParentDir => Some("__".as_ref()),
        Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_apart_and_below_the_folder() {
        for (name, path) in [
            ("1.jpg", "1.jpg"),
            ("a/1.jpg", "a/1.jpg"),
            ("b/1.png", "b/1.png.jpg"),
            ("/data/1.jpg", "data/1.jpg"),
            ("../1.jpg", "__/1.jpg"),
            ("frankfurt", "frankfurt.jpg"),
        ] {
            assert_eq!(relative(name, "jpg"), Path::new(path));
        }
    }
}
