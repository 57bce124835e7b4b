//! Files and folders that are whole or absent: written under a temporary name beside the target, forced
//! to the disk, then renamed over it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Name of a folder that is being written.
const PARTIAL_FOLDER: &str = "partial";

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

/// Fills the folder `name` below `parent` with the files that `fill` writes into the folder that it is
/// given, in the place of the folder of that name. A folder that an interrupted call left is removed.
///
/// # Errors
/// When `fill` fails, or a file or folder cannot be written: `fail` makes the error of a path.
pub fn write_folder<E>(
    parent: &Path,
    name: &str,
    fill: impl FnOnce(&Path) -> Result<(), E>,
    fail: impl Fn(&Path, io::Error) -> E,
) -> Result<(), E> {
    let (partial, path) = (parent.join(PARTIAL_FOLDER), parent.join(name));
    remove_folder(&partial).map_err(|e| fail(&partial, e))?;
    fs::create_dir_all(&partial).map_err(|e| fail(&partial, e))?;
    fill(&partial)?;
    sync_files(&partial).map_err(|e| fail(&partial, e))?;
    remove_folder(&path).map_err(|e| fail(&path, e))?;
    fs::rename(&partial, &path).map_err(|e| fail(&path, e))
}

/// Removes a folder and its contents, if it is there.
fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Forces the files of a folder to the disk.
fn sync_files(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        File::open(entry?.path())?.sync_all()?;
    }
    Ok(())
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
    fn folders_are_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let fill = |text: &'static str| {
            let fill = move |partial: &Path| fs::write(partial.join(text), text);
            write_folder(folder.path(), "7", fill, |_, error| error)
        };
        fill("old").unwrap();
        // An interrupted call leaves its folder.
        fs::create_dir(folder.path().join(PARTIAL_FOLDER)).unwrap();
        fs::write(folder.path().join(PARTIAL_FOLDER).join("half"), "half").unwrap();
        fill("new").unwrap();
        let names = |path: &Path| -> Vec<_> {
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect()
        };
        assert_eq!(names(folder.path()), ["7"]);
        assert_eq!(names(&folder.path().join("7")), ["new"]);
        let failed = |_: &Path| Err(io::Error::other("no space left"));
        assert!(write_folder(folder.path(), "7", failed, |_, error| error).is_err());
        assert_eq!(names(&folder.path().join("7")), ["new"]);
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
