//! Architectures in files: RON, JSON and the published `.npy` masks.

mod npy;
mod pickle;

use std::fs;
use std::path::Path;

use scalenas_base::atomic;
use serde::Deserialize;

use crate::architecture::{Architecture, ModuleArch};
use crate::error::{Error, Result};
use crate::spec::SpaceSpec;

/// What a network is for, as mask files say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Keypoints.
    Pose,
    /// Classes of pixels.
    Segmentation,
}

/// An architecture as found in a file, with what the file says about its space.
#[derive(Debug, Clone, Deserialize)]
pub struct MaskFile {
    /// Searched modules.
    #[serde(deserialize_with = "crate::architecture::read_modules")]
    pub modules: Vec<ModuleArch>,
    /// What it is for.
    #[serde(default)]
    pub task: Option<Task>,
    /// Width of the finest branch.
    #[serde(default)]
    pub width: Option<usize>,
    /// Height and width of its input.
    #[serde(default)]
    pub input_hw: Option<(usize, usize)>,
    /// Joints or classes.
    #[serde(default)]
    pub outputs: Option<usize>,
}

impl MaskFile {
    /// Reads a `.json`, `.ron` or `.npy` file.
    pub fn read(path: &Path) -> Result<Self> {
        let fault = |reason: String| Error::File { action: "read", path: path.to_owned(), reason };
        let bytes = fs::read(path).map_err(|e| fault(e.to_string()))?;
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if extension == "npy" {
            let architecture = Architecture::from_npy(&bytes).map_err(|e| fault(e.to_string()))?;
            return Ok(architecture.into());
        }
        let text = String::from_utf8(bytes).map_err(|e| fault(e.to_string()))?;
        match extension {
            "json" => serde_json::from_str(&text).map_err(|e| fault(e.to_string())),
            "ron" => ron::from_str(&text).map_err(|e| fault(e.to_string())),
            _ => Err(fault(format!("extension {extension:?}, accepted: .json, .ron, .npy"))),
        }
    }

    /// The space that the file names by its task and width, if it does.
    pub fn space(&self) -> Option<SpaceSpec> {
        let (width, outputs) = (self.width?, self.outputs?);
        Some(match self.task? {
            Task::Pose => SpaceSpec::pose(width, outputs),
            Task::Segmentation => SpaceSpec::segmentation(width, outputs),
        })
    }

    /// The architecture alone.
    pub fn architecture(self) -> Architecture {
        Architecture { modules: self.modules }
    }
}

impl From<Architecture> for MaskFile {
    fn from(architecture: Architecture) -> Self {
        let modules = architecture.modules;
        Self { modules, task: None, width: None, input_hw: None, outputs: None }
    }
}

impl Architecture {
    /// JSON text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an architecture has no map keys to fail on")
    }

    /// From JSON; other keys beside `modules` are ignored.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|e| parse("JSON", &e))
    }

    /// RON text.
    pub fn to_ron(&self) -> String {
        ron::to_string(self).expect("an architecture is plain data")
    }

    /// From RON.
    pub fn from_ron(text: &str) -> Result<Self> {
        ron::from_str(text).map_err(|e| parse("RON", &e))
    }

    /// From a published mask: a pickled array of objects, read without executing anything.
    pub fn from_npy(bytes: &[u8]) -> Result<Self> {
        npy::read(bytes).map_err(|reason| parse("npy", &reason))
    }

    /// Reads a file and checks it against a space.
    pub fn read(path: &Path, spec: &SpaceSpec) -> Result<Self> {
        let architecture = MaskFile::read(path)?.architecture();
        architecture.validate(spec)?;
        Ok(architecture)
    }

    /// Writes JSON or RON by the file's extension, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<()> {
        let fault = |reason: String| Error::File { action: "write", path: path.to_owned(), reason };
        let text = match path.extension().and_then(|e| e.to_str()) {
            Some("json") => self.to_json(),
            Some("ron") => self.to_ron(),
            other => return Err(fault(format!("extension {other:?}, accepted: .json, .ron"))),
        };
        atomic::write(path, text).map_err(|e| fault(e.to_string()))
    }
}

fn parse(format: &'static str, reason: &impl ToString) -> Error {
    Error::Parse { format, reason: reason.to_string() }
}
