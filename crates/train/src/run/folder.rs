//! Run folder: everything that a run leaves behind, and all that is needed to continue it.
//!
//! ```text
//! run.json                     what was asked for, versions, seeds
//! metrics.jsonl                one line every few iterations and validated subnet
//! checkpoints/ITERATION/       complete or absent
//! supernet.safetensors         the result
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use scalenas_space::SpaceSpec;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::run::options::TrainOptions;

/// Version of `run.json` that this crate writes and reads.
const VERSION: u32 = 1;

/// What to do about a run that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// An error.
    Refuse,
    /// Continue it.
    Resume,
    /// Start over.
    Replace,
}

/// What a run was asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunInfo {
    /// Version of this file's format.
    pub version: u32,
    /// Version of the program.
    pub program: String,
    /// Search space.
    pub space: SpaceSpec,
    /// Height and width of the network's input.
    pub input: (usize, usize),
    /// Folder of the data set.
    pub data: PathBuf,
    /// Facts of the joints: a built-in name or a file.
    pub facts: String,
    /// Training options.
    pub train: TrainOptions,
    /// The segmentation of a run that learns two tasks; what is above is about poses then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<SecondTask>,
}

/// The segmentation of a run that learns two tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondTask {
    /// Folder of the data set.
    pub data: PathBuf,
    /// Facts of the classes: a built-in name or a file.
    #[serde(default = "cityscapes")]
    pub facts: String,
    /// Height and width of crops.
    pub input: (usize, usize),
    /// Pictures in a batch.
    pub batch: usize,
}

fn cityscapes() -> String {
    "cityscapes".to_owned()
}

impl RunInfo {
    /// Describes a run of this program.
    pub fn new(
        space: SpaceSpec,
        input: (usize, usize),
        data: PathBuf,
        facts: String,
        train: TrainOptions,
    ) -> Self {
        let program = env!("CARGO_PKG_VERSION").to_owned();
        Self { version: VERSION, program, space, input, data, facts, train, second: None }
    }
}

/// A folder with a `run.json`.
#[derive(Debug, Clone)]
pub struct RunFolder {
    path: PathBuf,
    info: RunInfo,
}

impl RunFolder {
    /// Makes a folder for a run, or takes an existing one over.
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
        let temporary = file.with_extension("partial");
        fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &file)).map_err(|e| {
            // The write's error is the one to report; nothing half-written stays behind.
            let _ = fs::remove_file(&temporary);
            Error::file("write", &file, e)
        })
    }

    /// Opens the folder of a run.
    pub fn open(path: &Path) -> Result<Self> {
        let file = path.join(INFO);
        if !file.exists() {
            return Err(Error::NotARun { path: path.to_owned() });
        }
        let text = fs::read_to_string(&file).map_err(|e| Error::file("read", &file, e))?;
        let info: RunInfo =
            serde_json::from_str(&text).map_err(|e| Error::file("read", &file, e))?;
        if info.version != VERSION {
            let reason = format!("version {}, this program reads {VERSION}", info.version);
            return Err(Error::file("read", &file, reason));
        }
        Ok(Self { path: path.to_owned(), info })
    }

    /// Opens a folder whose run must be the one described: a resumed run with other options would
    /// end with weights that neither set explains. Longer training is the exception (a run never
    /// gets shorter), and what the weights do not depend on.
    fn resume(path: &Path, wanted: &RunInfo) -> Result<Self> {
        let mut run = Self::open(path)?;
        let comparable = |info: &RunInfo| {
            let mut info = info.clone();
            // A polynomial schedule depends on the length of the run.
            if info.train.poly.is_none() {
                info.train.epochs = 0;
            }
            info.train.workers = 0;
            (info.train.log_every, info.train.keep_checkpoints) = (0, 0);
            info.program.clear();
            info.data = PathBuf::new();
            if let Some(second) = &mut info.second {
                second.data = PathBuf::new();
            }
            serde_json::to_value(info).unwrap_or_default()
        };
        match first_difference("", &comparable(&run.info), &comparable(wanted)) {
            None => {
                let (train, given) = (&mut run.info.train, &wanted.train);
                train.epochs = train.epochs.max(given.epochs);
                (train.workers, train.log_every) = (given.workers, given.log_every);
                train.keep_checkpoints = given.keep_checkpoints;
                run.write()?;
                Ok(run)
            }
            Some((key, found, given)) => {
                Err(Error::Changed { path: path.join(INFO), key, found, given })
            }
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was asked for.
    pub fn info(&self) -> &RunInfo {
        &self.info
    }

    /// The metrics file.
    pub fn metrics(&self) -> PathBuf {
        self.path.join("metrics.jsonl")
    }

    /// The trained supernet.
    pub fn weights(&self) -> PathBuf {
        self.path.join("supernet.safetensors")
    }

    /// Parent of all checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
    }

    /// Where a search over this supernet keeps its files.
    pub fn search(&self) -> PathBuf {
        self.path.join("search")
    }
}

const INFO: &str = "run.json";

/// The first value in which two documents differ, with its path and both values.
fn first_difference(
    path: &str,
    a: &serde_json::Value,
    b: &serde_json::Value,
) -> Option<(String, String, String)> {
    if let (Some(left), Some(right)) = (a.as_object(), b.as_object()) {
        return left.iter().find_map(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            first_difference(&path, value, right.get(key).unwrap_or(&serde_json::Value::Null))
        });
    }
    (a != b).then(|| (path.to_owned(), a.to_string(), b.to_string()))
}
