//! Files that verbs write.

use std::fs;
use std::path::{Path, is_separator};

use scalenas_base::atomic;

use crate::error::user;

/// Fails if `path` is a folder, also one that is yet to be made, or a device or pipe, which a renamed file would
/// replace, or in a folder that cannot be written. Verbs call it before the work for the file begins.
pub fn check_target(option: &str, path: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let another = fs::metadata(path).is_ok_and(|there| !there.is_file());
    if another || names_folder(path) {
        return Err(user(format!(
            "{option} {}: is not a file; accepted: a file to write",
            path.display()
        )));
    }
    check_writable(option, path, path.parent().unwrap_or(Path::new("")))
}

/// Whether a path ends as only those of folders do.
fn names_folder(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    path.file_name().is_none() || text.last().is_some_and(|&last| is_separator(char::from(last)))
}

/// Fails if files cannot be written into the folder at `path`. Verbs call it before the work for the files
/// begins.
pub fn check_folder(option: &str, path: Option<&Path>) -> anyhow::Result<()> {
    path.map_or(Ok(()), |path| check_writable(option, path, path))
}

fn check_writable(option: &str, path: &Path, folder: &Path) -> anyhow::Result<()> {
    atomic::check_writable(folder).map_err(|e| {
        user(format!(
            "{option} {}: cannot be written: {e}; accepted: a place to write",
            path.display()
        ))
    })
}

/// Creates the folder of a file.
pub fn make_parent(path: &Path) -> std::io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.map_or(Ok(()), fs::create_dir_all)
}

/// Writes a file with its folder, whole or not at all.
pub fn write_file(path: &Path, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let context = |e| user(format!("failed to write {}: {e}", path.display()));
    make_parent(path).map_err(context)?;
    atomic::write(path, bytes).map_err(context)
}
