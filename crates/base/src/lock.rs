//! Folders that one process works in at a time.
//!
//! The operating system holds the lock and releases it when the process ends, however it ends: what a
//! killed process leaves keeps nobody out.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// File that is locked.
const NAME: &str = "run.lock";
/// Where Linux has the name of the machine.
const HOST: &str = "/proc/sys/kernel/hostname";

/// A folder that belongs to this process until this value is dropped.
#[derive(Debug)]
pub struct FolderLock {
    path: PathBuf,
    /// Locked as long as it is open.
    _file: File,
}

/// A folder that cannot be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process works in the folder.
    #[error("another process works in this folder: {holder}")]
    Held {
        /// Process and machine.
        holder: String,
    },
    /// The file of the lock cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl FolderLock {
    /// Name of the file in a locked folder.
    pub const FILE: &'static str = NAME;

    /// Locks an existing folder.
    ///
    /// # Errors
    /// When another process has it, or nothing can be written there.
    pub fn acquire(folder: &Path) -> Result<Self, LockError> {
        let path = folder.join(NAME);
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        loop {
            let mut file = options.open(&path)?;
            match file.try_lock() {
                // The former holder may have removed the file in between.
                Ok(()) if !is_at(&file, &path) => continue,
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    file.read_to_string(&mut holder)?;
                    return Err(LockError::Held { holder });
                }
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
            file.set_len(0)?;
            write!(file, "process {} on {}", std::process::id(), host())?;
            return Ok(Self { path, _file: file });
        }
    }
}

/// Removes the file while it is still locked. Where open files cannot be removed, it stays, and keeps
/// nobody out.
impl Drop for FolderLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether an open file is the one at a path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |data: fs::Metadata| (data.dev(), data.ino());
    let pair = (file.metadata().map(place), fs::metadata(path).map(place));
    matches!(pair, (Ok(open), Ok(there)) if open == there)
}

/// Open files cannot be removed there.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

fn host() -> String {
    let name = fs::read_to_string(HOST)
        .or_else(|_| std::env::var("COMPUTERNAME").or_else(|_| std::env::var("HOSTNAME")));
    name.map_or_else(|_| "this machine".into(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_belongs_to_one_until_it_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::acquire(folder.path()).unwrap();
        let message = FolderLock::acquire(folder.path()).unwrap_err().to_string();
        assert!(message.contains(&format!("process {}", std::process::id())), "{message}");
        drop(first);
        assert!(!folder.path().join(FolderLock::FILE).exists());
        assert!(FolderLock::acquire(folder.path()).is_ok());
    }
}
