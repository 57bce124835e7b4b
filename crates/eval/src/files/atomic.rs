//! Writes a file whole or not at all: into a neighbour first, then renamed over the target.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Fills the file at `path` with what `fill` writes. On any failure the old file stays as it was.
pub(crate) fn write_atomically(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let partial = partial_path(path);
    let written = write_and_rename(&partial, path, fill);
    written.map_err(|source| {
        // Nothing more can be done about a leftover that cannot be removed either.
        let _ = fs::remove_file(&partial);
        Error::io(path, "write", source)
    })
}

fn write_and_rename(
    partial: &Path,
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut writer = BufWriter::new(File::create(partial)?);
    fill(&mut writer)?;
    let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
    // A full disk may only show when the data is forced out.
    file.sync_all()?;
    fs::rename(partial, path)
}

/// The neighbour in the same folder, so that the rename stays within one file system.
fn partial_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.partial", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        write_atomically(&path, |out| out.write_all(b"old")).unwrap();
        let failed = write_atomically(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("no space left"))
        });
        let message = failed.unwrap_err().to_string();
        assert!(message.contains("results.json: cannot write: no space left"), "{message}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
