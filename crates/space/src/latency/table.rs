//! Table of the times of a space on a device, in a file.

use std::fs;
use std::mem::discriminant;
use std::path::Path;

use scalenas_base::{Size, atomic};
use serde::{Deserialize, Serialize};

use super::parts::PartTimes;
use crate::architecture::Architecture;
use crate::counts::PartCounts;
use crate::error::{Error, Result};
use crate::plan::Reach;
use crate::spec::SpaceSpec;

/// Version of the file's format.
const VERSION: u32 = 1;

/// Times of a space on a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyTable {
    version: u32,
    /// The space.
    pub space: SpaceSpec,
    /// Height and width of the network's input.
    pub input: Size,
    /// Pictures per batch.
    pub batch: usize,
    /// Device.
    pub device: String,
    /// Number format of features.
    pub precision: String,
    /// Milliseconds per batch of the parts.
    pub parts: PartTimes,
    /// Agreement with networks that the times were not fitted to.
    pub accuracy: Accuracy,
}

/// Agreement of a table with measured networks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accuracy {
    /// Networks that the times were fitted to.
    pub fitted: usize,
    /// Other networks, which the following figures are of.
    pub checked: usize,
    /// Median of the relative errors.
    pub median_error: f64,
    /// Largest relative error.
    pub largest_error: f64,
    /// Spearman's rank correlation of predicted and measured times.
    pub rank_correlation: f64,
}

impl LatencyTable {
    /// A table for a space at an input size.
    pub fn new(
        (space, input, batch): (&SpaceSpec, Size, usize),
        (device, precision): (&str, &str),
        parts: PartTimes,
        accuracy: Accuracy,
    ) -> Self {
        let (device, precision) = (device.to_owned(), precision.to_owned());
        let version = VERSION;
        Self { version, space: space.clone(), input, batch, device, precision, parts, accuracy }
    }

    /// Milliseconds of a network of the space, per batch.
    pub fn milliseconds(&self, architecture: &Architecture) -> f64 {
        let counts = PartCounts::of(&self.space, architecture, Reach::Live);
        self.parts.milliseconds(&counts)
    }

    /// Refuses another space or input than the table was measured for; the numbers of joints or classes may differ.
    ///
    /// # Errors
    /// [`Error::Latency`].
    pub fn check(&self, space: &SpaceSpec, input: Size) -> Result<()> {
        let kinds = |space: &SpaceSpec| space.heads.iter().map(discriminant).collect::<Vec<_>>();
        let plain = |space: &SpaceSpec| SpaceSpec { heads: Vec::new(), ..space.clone() };
        let is_same = plain(&self.space) == plain(space) && kinds(&self.space) == kinds(space);
        let found = format!("{} at {}", self.space.name, self.input);
        let wanted = format!("{} at {input}", space.name);
        if is_same && self.input == input {
            return Ok(());
        }
        Err(Error::Latency { found, wanted })
    }

    /// Reads a table.
    ///
    /// # Errors
    /// If the file cannot be read, is of another version, or has as many times as another space.
    pub fn read(path: &Path) -> Result<Self> {
        let failed = |reason: String| Error::File { action: "read", path: path.to_owned(), reason };
        let text = fs::read_to_string(path).map_err(|e| failed(e.to_string()))?;
        let table: Self = serde_json::from_str(&text).map_err(|e| failed(e.to_string()))?;
        let (branches, parts) = (table.space.widths.len(), &table.parts);
        let lengths = [parts.transitions.len(), parts.blocks.len(), parts.edges.len()];
        let is_whole = lengths == [branches; 3] && parts.edges.iter().all(|e| e.len() == branches);
        if table.version != VERSION || !is_whole {
            return Err(failed("no table of latencies of this version".to_owned()));
        }
        table.space.validate()?;
        Ok(table)
    }

    /// Writes the table, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let failed =
            |reason: String| Error::File { action: "write", path: path.to_owned(), reason };
        let text = serde_json::to_string_pretty(self).map_err(|e| failed(e.to_string()))?;
        atomic::write(path, text).map_err(|e| failed(e.to_string()))
    }
}
