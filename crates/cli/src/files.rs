//! Files that verbs write.

use std::fs;
use std::path::Path;

use scalenas_base::atomic;

/// Fails if `path` is a folder, device or pipe, which a renamed file would replace. Verbs call it before
/// the work for the file begins.
pub fn check_target(option: &str, path: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => Err(crate::error::user(format!(
            "{option} {}: is not a file; accepted: a file to write",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// Creates the folder of a file.
pub fn make_parent(path: &Path) -> std::io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.map_or(Ok(()), fs::create_dir_all)
}

/// Writes a file with its folder, whole or not at all.
pub fn write_file(path: &Path, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let context = |e| crate::error::user(format!("failed to write {}: {e}", path.display()));
    make_parent(path).map_err(context)?;
    atomic::write(path, bytes).map_err(context)
}
