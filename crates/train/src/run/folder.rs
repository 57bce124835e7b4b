//! Run folder: the files of a run, with all that is needed to continue it.
//!
//! ```text
//! run.json                     space, data, options, versions
//! metrics.jsonl                one line per few iterations and per validated subnet
//! checkpoints/ITERATION/       complete or absent
//! supernet.safetensors         the trained weights
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use scalenas_base::atomic;

use super::info::RunInfo;
use crate::error::{Error, Result};

/// Name of the file that describes a run.
const INFO: &str = "run.json";

/// Treatment of a run that a folder holds already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Report it as an error.
    Refuse,
    /// Continue it.
    Resume,
    /// Replace it.
    Replace,
}

/// Folder with a `run.json`.
#[derive(Debug, Clone)]
pub struct RunFolder {
    path: PathBuf,
    info: RunInfo,
}

impl RunFolder {
    /// Makes a folder for a run, or takes over the existing one.
    ///
    /// # Errors
    /// If the folder holds another run, or none that could be resumed.
    pub fn create(path: &Path, info: RunInfo, existing: Existing) -> Result<Self> {
        let file = path.join(INFO);
        if file.exists() {
            match existing {
                Existing::Refuse => return Err(Error::Occupied { path: path.to_owned() }),
                Existing::Resume => return Self::resume(path, &info),
                Existing::Replace => {
                    fs::remove_dir_all(path).map_err(|e| Error::file("replace", path, e))?;
                }
            }
        } else if existing == Existing::Resume {
            return Err(Error::NotARun { path: path.to_owned() });
        }
        fs::create_dir_all(path).map_err(|e| Error::file("create", path, e))?;
        let run = Self { path: path.to_owned(), info };
        run.write()?;
        Ok(run)
    }

    fn write(&self) -> Result<()> {
        let file = self.path.join(INFO);
        let text =
            serde_json::to_string_pretty(&self.info).map_err(|e| Error::file("write", &file, e))?;
        atomic::write(&file, text).map_err(|e| Error::file("write", &file, e))
    }

    /// Opens the folder of a run.
    pub fn open(path: &Path) -> Result<Self> {
        let file = path.join(INFO);
        if !file.exists() {
            return Err(Error::NotARun { path: path.to_owned() });
        }
        let text = fs::read_to_string(&file).map_err(|e| Error::file("read", &file, e))?;
        let info = RunInfo::from_json(&text).map_err(|e| Error::file("read", &file, e))?;
        Ok(Self { path: path.to_owned(), info })
    }

    /// Opens a folder whose run must be the described one: a resumed run with other options would
    /// end with weights that neither set explains. Longer training is the exception (a run never
    /// gets shorter), and options that the weights do not depend on.
    fn resume(path: &Path, wanted: &RunInfo) -> Result<Self> {
        let mut run = Self::open(path)?;
        if let Some((key, found, given)) = run.info.first_difference(wanted) {
            return Err(Error::Changed { path: path.join(INFO), key, found, given });
        }
        let (train, given) = (&mut run.info.train, &wanted.train);
        train.schedule.epochs = train.schedule.epochs.max(given.schedule.epochs);
        (train.workers, train.log_every) = (given.workers, given.log_every);
        train.checkpoints.keep = given.checkpoints.keep;
        run.write()?;
        Ok(run)
    }

    /// Path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Description of the run.
    pub fn info(&self) -> &RunInfo {
        &self.info
    }

    /// Path of the metrics file.
    pub fn metrics(&self) -> PathBuf {
        self.path.join("metrics.jsonl")
    }

    /// Path of the trained supernet.
    pub fn weights(&self) -> PathBuf {
        self.path.join("supernet.safetensors")
    }

    /// Folder of the checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
    }

    /// Folder of the search over this supernet.
    pub fn search(&self) -> PathBuf {
        self.path.join("search")
    }
}
