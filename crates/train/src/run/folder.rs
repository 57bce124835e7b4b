//! Run folder: the files of a run, with all that is needed to continue it.
//!
//! ```text
//! run.lock                     the process that works in the folder
//! run.json                     space, data, options, versions
//! facts-TASK.ron               facts of the task's joints or classes, where they are no built-in ones
//! metrics.jsonl                one line per few iterations and per validated subnet
//! checkpoints/ITERATION/       complete or absent
//! supernet.safetensors         the trained weights
//! best.safetensors             those of the best validation so far, where `patience` asks for them
//! ```

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use scalenas_base::atomic;
use scalenas_base::lock::{FolderLock, LockError};

use super::info::RunInfo;
use crate::error::{Error, Result};
use crate::run::options::Epochs;

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
    /// Held by runs that are made or continued, not by those that are read.
    _lock: Option<Arc<FolderLock>>,
}

impl RunFolder {
    /// Makes a folder for a run, or takes over the existing one; it belongs to this process as long as
    /// the returned value or a clone of it lives.
    ///
    /// # Errors
    /// If the folder holds another run, or none that could be resumed, or another process works in it.
    pub fn create(path: &Path, info: RunInfo, existing: Existing) -> Result<Self> {
        let mut info = info.anchored();
        let occupied = || path.join(INFO).exists();
        match existing {
            Existing::Refuse if occupied() => {
                return Err(Error::Occupied { path: path.to_owned() });
            }
            Existing::Resume if !occupied() => {
                return Err(Error::NotARun { path: path.to_owned() });
            }
            _ => {}
        }
        fs::create_dir_all(path).map_err(|e| Error::file("create", path, e))?;
        let lock = Some(lock(path)?);
        // Another process may have begun and ended its run before the lock was free.
        if existing == Existing::Refuse && occupied() {
            return Err(Error::Occupied { path: path.to_owned() });
        }
        if existing == Existing::Resume {
            return Ok(Self { _lock: lock, ..Self::resume(path, &info)? });
        }
        if existing == Existing::Replace && occupied() {
            clear(path).map_err(|e| Error::file("replace", path, e))?;
        }
        let folder = std::path::absolute(path).map_err(|e| Error::file("create", path, e))?;
        info.keep_facts(&folder)?;
        info.place = Some(folder);
        let run = Self { path: path.to_owned(), info, _lock: lock };
        run.write()?;
        Ok(run)
    }

    /// The run as one that belongs to this process as long as the returned value lives.
    ///
    /// # Errors
    /// If another process works in the folder, or nothing can be written there.
    pub fn locked(&self) -> Result<Self> {
        Ok(Self { _lock: Some(lock(&self.path)?), ..self.clone() })
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
        Ok(Self { path: path.to_owned(), info: info.relocated(path), _lock: None })
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
        let longer = train.schedule.epochs.number().max(given.schedule.epochs.number());
        train.schedule.epochs = Epochs::Number(longer);
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

    /// Names of the files, within the folder, with which a search goes on elsewhere: its description, weights, facts and
    /// experiment.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn portable(&self) -> Result<Vec<PathBuf>> {
        let failed = |e| Error::file("read", &self.path, e);
        let entries = fs::read_dir(&self.path).map_err(failed)?;
        let names = entries.map(|entry| Ok(PathBuf::from(entry.map_err(failed)?.file_name())));
        let mut names: Vec<PathBuf> = names.collect::<Result<_>>()?;
        let weights = self.weights();
        names.retain(|name| {
            let is_text = name.extension().is_some_and(|ending| ending == "ron");
            let is_own = name == Path::new(INFO) || Some(name.as_os_str()) == weights.file_name();
            // Those that a run writes have plain names.
            (is_text || is_own) && name.to_str().is_some()
        });
        names.sort();
        Ok(names)
    }

    /// Path of the metrics file.
    pub fn metrics(&self) -> PathBuf {
        self.path.join("metrics.jsonl")
    }

    /// Path of the trained supernet.
    pub fn weights(&self) -> PathBuf {
        self.path.join("supernet.safetensors")
    }

    /// Weights of the best validation so far.
    pub fn best(&self) -> PathBuf {
        self.path.join("best.safetensors")
    }

    /// Folder of the checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
    }

    /// Folder of the event files of TensorBoard.
    pub fn events(&self) -> PathBuf {
        self.path.join("tensorboard")
    }

    /// Folder of the search over this supernet.
    pub fn search(&self) -> PathBuf {
        self.path.join("search")
    }
}

fn lock(folder: &Path) -> Result<Arc<FolderLock>> {
    FolderLock::acquire(folder).map(Arc::new).map_err(|error| match error {
        LockError::Held { holder } => Error::Locked { path: folder.to_owned(), holder },
        LockError::Io(error) => Error::file("write", folder.join(FolderLock::FILE), error),
    })
}

/// Removes all but the lock.
fn clear(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == FolderLock::FILE {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
