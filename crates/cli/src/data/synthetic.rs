//! Synthetic data sets in a folder, whole or absent.

use std::fs;
use std::path::Path;

use anyhow::Result;
use scalenas_data::synth::{
    ShapeConfig, StreetConfig, Summary, SynthConfig, write_pose, write_shapes, write_streets,
};

/// Writes a data set of people into `out`.
pub fn write_people(out: &Path, config: &SynthConfig) -> Result<Summary> {
    whole_or_absent(out, || Ok(write_pose(out, config)?))
}

/// Writes a data set of streets into `out`.
pub fn write_street_pictures(out: &Path, config: &StreetConfig) -> Result<()> {
    whole_or_absent(out, || Ok(write_streets(out, config)?))
}

/// Writes a data set of shapes into `out`.
pub fn write_shape_pictures(out: &Path, config: &ShapeConfig) -> Result<()> {
    whole_or_absent(out, || Ok(write_shapes(out, config)?))
}

/// Removes a new folder that could not be filled, for half of a data set is of no use.
fn whole_or_absent<T>(out: &Path, write: impl FnOnce() -> Result<T>) -> Result<T> {
    let new = !out.exists();
    write().inspect_err(|_| {
        if new {
            // The error that led here is reported; a folder that resists removal adds nothing to it.
            let _ = fs::remove_dir_all(out);
        }
    })
}
