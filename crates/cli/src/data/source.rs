//! Data of a task: its place, in another folder than that of its run too, and the reading of its pictures.

use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_data::{PartFiles, Reading};
use scalenas_train::TaskSource;

use crate::error::user;
use crate::render::warn;

/// Place of the data that a network predicts.
#[derive(Clone, Copy)]
pub enum Origin<'a> {
    /// Data of a run.
    Run(&'a TaskSource),
    /// A folder, if one is given.
    Folder(Option<&'a Path>),
}

impl Origin<'_> {
    /// Reading of the pictures, turned where the run's are or `asked` says so.
    pub fn reading(self, asked: Reading) -> Reading {
        match self {
            Self::Run(source) => reading_of(source, asked),
            Self::Folder(_) => asked,
        }
    }
}

/// Reading of the pictures of a task's data, turned where its source or `asked` says so.
pub fn reading_of(source: &TaskSource, mut asked: Reading) -> Reading {
    asked.pictures.apply_exif |= source.files.apply_exif;
    asked
}

/// The source with the data set in `folder`, which has the layout of the run's.
///
/// # Errors
/// When the run names files outside its data set, which would be read in the place of those in the folder.
pub fn in_folder(source: &TaskSource, folder: &Path) -> Result<TaskSource> {
    let mut moved = source.clone();
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if absolute(folder) == absolute(&source.data) {
        return Ok(moved);
    }
    folder.clone_into(&mut moved.data);
    if let Some(file) = named(source).find(|path| path.is_absolute()) {
        return Err(user(format!(
            "--data {}: the run reads {}, which is outside its data set; accepted: no --data, or a run \
             whose files are below the folder of its data set",
            folder.display(),
            file.display()
        )));
    }
    if let Some(share) = source.files.val_share {
        warn(format!(
            "{}: {share} of its training pictures count as held out, as in the run's data set {}",
            folder.display(),
            source.data.display()
        ));
    }
    Ok(moved)
}

fn named(source: &TaskSource) -> impl Iterator<Item = &PathBuf> {
    let parts = [&source.files.train, &source.files.val];
    parts.into_iter().flat_map(|PartFiles { annotations, images }| annotations.iter().chain(images))
}
