//! Files that are whole or absent: written under a temporary name beside the target, forced to the
//! disk, then renamed over it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes `bytes` to the file at `path`.
///
/// # Errors
/// When the file cannot be written; the old file stays, and no other is left behind.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    write_with(path, |out| out.write_all(bytes.as_ref()))
}

/// Fills the file at `path` with what `fill` writes, buffered.
///
/// # Errors
/// When `fill` fails or the file cannot be written; the old file stays, and no other is left
/// behind.
pub fn write_with(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let partial = partial_path(path);
    fill_and_rename(&partial, path, fill).inspect_err(|_| {
        // The write's error is the one to report, even if the leftover cannot be removed.
        let _ = fs::remove_file(&partial);
    })
}

/// Checks that files can be written below `folder`, which may have to be made first; leaves nothing.
///
/// # Errors
/// When the nearest folder that exists is none, or takes no file.
pub fn check_writable(folder: &Path) -> io::Result<()> {
    let existing = folder.ancestors().find(|above| above.exists());
    let existing = existing.filter(|above| !above.as_os_str().is_empty());
    let probe = partial_path(&existing.unwrap_or(Path::new(".")).join("probe"));
    File::create(&probe)?;
    fs::remove_file(probe)
}

fn fill_and_rename(
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

/// A neighbour in the same folder, so that the rename stays within one file system.
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
    fn folders_are_probed_without_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        check_writable(&folder.path().join("new/deeper")).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let file = folder.path().join("file");
        write(&file, b"").unwrap();
        assert!(check_writable(&file.join("below")).is_err());
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        write(&path, b"old").unwrap();
        let failed = write_with(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("no space left"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "no space left");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
