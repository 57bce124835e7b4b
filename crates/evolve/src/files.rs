//! Files that are written whole or not at all.

use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// Writes a neighbour of `path` and renames it over `path`.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let temporary = path.with_extension("partial");
    fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, path)).map_err(|e| {
        // The write's error is the one to report; nothing half-written stays behind.
        let _ = fs::remove_file(&temporary);
        Error::file("write", path, e)
    })
}
