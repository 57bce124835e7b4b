//! Results to evaluate: a file or a list in memory.

use std::path::{Path, PathBuf};

use scalenas_coco::CocoResult;

/// Results to evaluate.
#[derive(Debug, Clone, Copy)]
pub enum Results<'a> {
    /// A COCO results file.
    File(&'a Path),
    /// Results in memory.
    Memory(&'a [CocoResult]),
}

impl<'a> From<&'a Path> for Results<'a> {
    fn from(path: &'a Path) -> Self {
        Self::File(path)
    }
}

impl<'a> From<&'a PathBuf> for Results<'a> {
    fn from(path: &'a PathBuf) -> Self {
        Self::File(path)
    }
}

impl<'a> From<&'a [CocoResult]> for Results<'a> {
    fn from(results: &'a [CocoResult]) -> Self {
        Self::Memory(results)
    }
}

impl<'a> From<&'a Vec<CocoResult>> for Results<'a> {
    fn from(results: &'a Vec<CocoResult>) -> Self {
        Self::Memory(results)
    }
}
