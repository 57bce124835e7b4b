//! Paths in the description of a run: usable from any working folder, and after the run was moved.
//!
//! They are made absolute when the run is made. Of facts, the run keeps a copy. What is no longer at its
//! path is looked for where it is from the run's present folder, as it was from its former one.

use std::fs;
use std::path::{Path, PathBuf};

use super::info::RunInfo;
use crate::error::{Error, Result};

impl RunInfo {
    /// The description with absolute paths, as a run folder keeps it.
    #[must_use]
    pub fn anchored(mut self) -> Self {
        let absolute = |path: &mut PathBuf| {
            // Fails for an empty path alone, which stays as it is.
            if let Ok(found) = std::path::absolute(&*path) {
                *path = found;
            }
        };
        for task in &mut self.tasks {
            absolute(&mut task.source.data);
            if Path::new(&task.source.facts).is_file() {
                let mut path = PathBuf::from(&task.source.facts);
                absolute(&mut path);
                task.source.facts = path.to_string_lossy().into_owned();
            }
        }
        let weights = &mut self.train.weights;
        [&mut weights.initial, &mut weights.teacher].into_iter().flatten().for_each(absolute);
        self
    }

    /// Copies the facts that are files into the folder of the run, and refers to the copies.
    pub(super) fn keep_facts(&mut self, folder: &Path) -> Result<()> {
        for (index, task) in self.tasks.iter_mut().enumerate() {
            let facts = Path::new(&task.source.facts);
            if !facts.is_file() {
                continue;
            }
            let copy = folder.join(facts_name(index));
            if facts != copy {
                fs::copy(facts, &copy).map_err(|e| Error::file("write", &copy, e))?;
            }
            task.source.facts = copy.to_string_lossy().into_owned();
        }
        Ok(())
    }

    /// The description read in `folder`, with the paths of what was moved with it.
    pub(super) fn relocated(mut self, folder: &Path) -> Self {
        let Ok(now) = std::path::absolute(folder) else { return self };
        let Some(before) = self.place.replace(now.clone()).filter(|before| *before != now) else {
            return self;
        };
        let find = |path: &mut PathBuf| {
            if let Some(found) = moved(path, &before, &now) {
                *path = found;
            }
        };
        for task in &mut self.tasks {
            find(&mut task.source.data);
            let mut facts = PathBuf::from(&task.source.facts);
            find(&mut facts);
            task.source.facts = facts.to_string_lossy().into_owned();
        }
        let weights = &mut self.train.weights;
        [&mut weights.initial, &mut weights.teacher].into_iter().flatten().for_each(find);
        self
    }
}

fn facts_name(index: usize) -> String {
    format!("facts-{index}.ron")
}

/// Where a path that is gone is now, if it was moved together with the folder `before`.
fn moved(path: &Path, before: &Path, now: &Path) -> Option<PathBuf> {
    if path.exists() || !path.is_absolute() {
        return None;
    }
    let pairs = before.ancestors().zip(now.ancestors());
    let mut candidates =
        pairs.filter_map(|(before, now)| Some(now.join(path.strip_prefix(before).ok()?)));
    candidates.find(|candidate| candidate.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_moved_together_is_found() {
        let place = tempfile::tempdir().unwrap();
        let (old, new) = (place.path().join("old"), place.path().join("new"));
        fs::create_dir_all(new.join("data")).unwrap();
        fs::create_dir_all(new.join("runs/a")).unwrap();
        let find = |path: &str| moved(&old.join(path), &old.join("runs/a"), &new.join("runs/a"));
        assert_eq!(find("data"), Some(new.join("data")));
        assert_eq!(find("runs/a"), Some(new.join("runs/a")));
        assert_eq!(find("elsewhere"), None);
    }
}
