//! Reading and writing of architectures as RON, JSON and published `.npy` masks.

use std::fs;
use std::path::Path;

use scalenas_base::{Size, atomic, text};
use serde::Deserialize;

use crate::architecture::{Architecture, ModuleArch};
use crate::error::{Error, Result};
use crate::spec::SpaceSpec;

/// Task of a network in mask files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Top-down pose.
    #[serde(rename = "pose")]
    TopDown,
    /// Semantic segmentation.
    Segmentation,
}

/// Contents of a mask file: an architecture and, in published files, its space.
#[derive(Debug, Clone, Deserialize)]
pub struct MaskFile {
    /// Searched modules.
    #[serde(deserialize_with = "crate::architecture::read_modules")]
    pub modules: Vec<ModuleArch>,
    /// Task.
    #[serde(default)]
    pub task: Option<Task>,
    /// Channels of the finest branch.
    #[serde(default)]
    pub width: Option<usize>,
    /// Height and width of the input, in pixels.
    #[serde(default)]
    pub input_hw: Option<Size>,
    /// Number of joints or classes.
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
        let text = text::decode(&bytes).map_err(|e| fault(e.to_string()))?;
        match extension {
            "json" => serde_json::from_str(text).map_err(|e| fault(e.to_string())),
            "ron" => ron::from_str(text).map_err(|e| fault(e.to_string())),
            _ => Err(fault(format!("extension {extension:?}, accepted: .json, .ron, .npy"))),
        }
    }

    /// The published space of the task, width and outputs; `None` for files without them.
    pub fn space(&self) -> Option<SpaceSpec> {
        let (width, outputs) = (self.width?, self.outputs?);
        Some(match self.task? {
            Task::TopDown => SpaceSpec::top_down(width, outputs),
            Task::Segmentation => SpaceSpec::segmentation(width, outputs),
        })
    }

    /// Drops the description of the space.
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
    /// Writes JSON text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an architecture has no map keys to fail on")
    }

    /// Reads JSON text; keys other than `modules` are ignored.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|e| parse("JSON", &e))
    }

    /// Writes RON text.
    pub fn to_ron(&self) -> String {
        ron::to_string(self).expect("an architecture is plain data")
    }

    /// Reads RON text.
    pub fn from_ron(text: &str) -> Result<Self> {
        ron::from_str(text).map_err(|e| parse("RON", &e))
    }

    /// Reads a published mask: a pickled array of objects, of which nothing is executed.
    pub fn from_npy(bytes: &[u8]) -> Result<Self> {
        super::npy::read(bytes).map_err(|reason| parse("npy", &reason))
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
