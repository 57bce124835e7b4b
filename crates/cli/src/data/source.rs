//! Data of a task in another folder than that of its run.

use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_data::PartFiles;
use scalenas_train::TaskSource;

use crate::error::user;
use crate::render::warn;

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
