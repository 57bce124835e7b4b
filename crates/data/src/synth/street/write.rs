//! Writes a data set of streets.

use std::fs;
use std::path::Path;

use rayon::prelude::*;
use scalenas_base::{Size, atomic, rng};
use serde::{Deserialize, Serialize};

use super::canvas::StreetCanvas;
use super::scene;
use crate::segmentation::LabelMap;
use crate::synth::limits::check_sides;
use crate::{Error, Result};

/// Size of a data set of streets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StreetConfig {
    /// Number of pictures to train on.
    pub train: usize,
    /// Number of held-out pictures.
    pub val: usize,
    /// Rows of a picture.
    pub height: usize,
    /// Columns of a picture.
    pub width: usize,
    /// Seed of all random draws.
    pub seed: u64,
}

impl Default for StreetConfig {
    fn default() -> Self {
        Self { train: 400, val: 80, height: 128, width: 256, seed: 0 }
    }
}

/// Writes a data set below `folder`, making its folders.
///
/// # Errors
/// When a side is out of range, or a file or folder cannot be written.
pub fn write_streets(folder: impl AsRef<Path>, config: &StreetConfig) -> Result<()> {
    check_sides(Size::new(config.height, config.width))?;
    write_part(folder.as_ref(), config, "train", config.train)?;
    write_part(folder.as_ref(), config, "val", config.val)
}

fn write_part(root: &Path, config: &StreetConfig, part: &str, count: usize) -> Result<()> {
    let folders = ["leftImg8bit", "gtFine"].map(|kind| root.join(kind).join(part).join("synth"));
    for folder in &folders {
        // Pictures of an earlier, larger data set would be found among the new ones.
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|e| Error::io(folder, "replace the folder", e))?;
        }
        fs::create_dir_all(folder).map_err(|e| Error::io(folder, "create the folder", e))?;
    }
    let [images, labels] = folders;
    (0..count).into_par_iter().try_for_each(|number| {
        let canvas = draw(config, part, number);
        let (height, width) = (config.height, config.width);
        let name = format!("synth_{number:06}_000000");
        let png = canvas.picture().to_png();
        write(&images.join(format!("{name}_leftImg8bit.png")), &png)?;
        let png = LabelMap::encode(canvas.labels(), (height, width));
        write(&labels.join(format!("{name}_gtFine_labelIds.png")), &png)
    })
}

fn draw(config: &StreetConfig, part: &str, number: usize) -> StreetCanvas {
    let mut random = rng::stream(config.seed, &format!("street {part}"), &[number as u64]);
    scene::draw(config.height, config.width, &mut random)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    atomic::write(path, bytes).map_err(|e| Error::io(path, "write", e))
}
