//! Files that arguments name: themselves, in folders, by patterns, on standard input.

use std::collections::HashSet;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_data::pictures::is_picture;
use walkdir::WalkDir;

use super::endings::is_video;
use crate::error::user;

/// Argument that stands for a list on standard input.
const STANDARD_INPUT: &str = "-";

/// All files, each once, in the order of the arguments and by name within folders and patterns.
pub fn files(inputs: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for input in inputs {
        if input.as_os_str() == STANDARD_INPUT {
            for line in std::io::stdin().lock().lines() {
                let line = line.map_err(|e| user(format!("standard input: {e}")))?;
                match line.trim_end() {
                    "" => {}
                    name => files.extend(named(Path::new(name))?),
                }
            }
        } else {
            files.extend(named(input)?);
        }
    }
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    Ok(files)
}

/// The innermost folder that all files lie below.
pub fn shared_folder(files: &[PathBuf]) -> PathBuf {
    let mut folders = files.iter().map(|file| file.parent().unwrap_or(Path::new("")));
    let first = folders.next().unwrap_or(Path::new(""));
    let shared = |folder: &Path, other: &Path| {
        let pairs = folder.components().zip(other.components());
        pairs.take_while(|(a, b)| a == b).map(|(part, _)| part).collect::<PathBuf>()
    };
    folders.fold(first.to_owned(), |folder, other| shared(&folder, other))
}

/// Files that one argument names.
fn named(input: &Path) -> Result<Vec<PathBuf>> {
    if input.is_dir() {
        return below(input);
    }
    if input.exists() {
        return Ok(vec![input.to_owned()]);
    }
    let found = input.to_str().map(matching).transpose()?.unwrap_or_default();
    if found.is_empty() {
        return Err(user(format!(
            "{}: no such file or folder, and no file matches it as a pattern; accepted: files, folders, \
             patterns such as \"photos/*.jpg\", - for a list on standard input",
            input.display()
        )));
    }
    Ok(found)
}

/// Pictures and videos below a folder.
fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|e| user(format!("{}: {e}", folder.display())))?;
        let is_wanted = is_picture(entry.path()) || is_video(entry.path());
        if entry.file_type().is_file() && is_wanted {
            found.push(entry.into_path());
        }
    }
    if found.is_empty() {
        return Err(user(format!(
            "{}: holds no picture; accepted: .jpg, .jpeg, .png and videos",
            folder.display()
        )));
    }
    Ok(found)
}

/// Files that match a pattern, by name.
fn matching(pattern: &str) -> Result<Vec<PathBuf>> {
    let paths = glob::glob(pattern).map_err(|e| user(format!("{pattern}: {e}")))?;
    let mut found = Vec::new();
    for path in paths {
        let path = path.map_err(|e| user(format!("{pattern}: {e}")))?;
        if path.is_dir() {
            found.extend(below(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_share_the_innermost_folder() {
        let shared =
            |files: &[&str]| shared_folder(&files.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(shared(&["a/b/1.jpg", "a/b/2.jpg"]), Path::new("a/b"));
        assert_eq!(shared(&["/a/b/1.jpg", "/a/c/1.jpg"]), Path::new("/a"));
        assert_eq!(shared(&["1.jpg", "a/1.jpg"]), Path::new(""));
        assert_eq!(shared(&["a/1.jpg"]), Path::new("a"));
    }
}
