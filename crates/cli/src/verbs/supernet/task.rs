//! The run as the first process describes it to those that join.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use scalenas_data::{BadImages, PictureOptions, Reading};
use scalenas_train::{RunFolder, Tasks};
use serde::{Deserialize, Serialize};

use crate::error::user;
use crate::experiment::Experiment;
use crate::task::Request;

/// Folder of a run, with what its files do not say.
#[derive(Debug, Serialize, Deserialize)]
pub struct SharedTask {
    run: PathBuf,
    /// Data set of the leading task, which may be elsewhere than the run's files say.
    data: PathBuf,
    skip_bad_images: bool,
    largest_picture: usize,
}

impl SharedTask {
    /// Description of a run of this process.
    pub fn new(run: &RunFolder, data: &Path, reading: Reading) -> Result<Self> {
        let absolute =
            |path: &Path| std::path::absolute(path).with_context(|| path.display().to_string());
        let (run, data) = (absolute(run.path())?, absolute(data)?);
        let skip_bad_images = reading.bad == BadImages::Skip;
        Ok(Self { run, data, skip_bad_images, largest_picture: reading.pictures.largest_mib })
    }

    /// JSON text for the processes that join.
    pub fn to_text(&self) -> Result<String> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads the text of [`SharedTask::to_text`].
    pub fn from_text(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|e| user(format!("no run to join: {e}")))
    }

    /// The run's folder and its data, read on this machine.
    pub fn open(&self) -> Result<(RunFolder, Tasks)> {
        let folder = RunFolder::open(&self.run).with_context(|| {
            format!(
                "the run to join is in {}, which all machines need at that path (a shared file system)",
                self.run.display()
            )
        })?;
        let bad = if self.skip_bad_images { BadImages::Skip } else { BadImages::Fail };
        let pictures = PictureOptions { largest_mib: self.largest_picture, apply_exif: false };
        let info = folder.info();
        let request = Request {
            info,
            data: &self.data,
            variation: Experiment::from_run(&folder, &[])?.variation(),
            max_samples: 0,
            reading: Reading { bad, pictures },
        };
        let tasks = request.tasks()?;
        Ok((folder, tasks))
    }
}
