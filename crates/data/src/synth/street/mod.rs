//! Synthetic streets in the layout of Cityscapes: something to segment without any download.
//!
//! `leftImg8bit/{train,val}/synth/*_leftImg8bit.png` and `gtFine/…/*_gtFine_labelIds.png` go through
//! the same readers as the real thing. Scenes are seen from a car and drawn from far to near, so
//! that every pixel's label is exact and things appear at every scale. A picture depends on (seed,
//! part, number) alone.

mod camera;
mod canvas;
mod label;
mod scene;
mod things;
mod traffic;

use std::fs;
use std::path::Path;

use rayon::prelude::*;
use scalenas_base::{atomic, rng};
use serde::{Deserialize, Serialize};

use self::canvas::StreetCanvas;
use super::{LONGEST_SIDE, SMALLEST_SIDE};
use crate::segmentation::LabelMap;
use crate::{Error, Result};

/// What to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StreetConfig {
    /// Pictures to train on.
    pub train: usize,
    /// Held-out pictures.
    pub val: usize,
    /// Rows of a picture.
    pub height: usize,
    /// Columns of a picture.
    pub width: usize,
    /// Where all randomness comes from.
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
    for (key, side) in [("width", config.width), ("height", config.height)] {
        if !(SMALLEST_SIDE..=LONGEST_SIDE).contains(&side) {
            let accepted = "64 to 8192 pixels";
            return Err(Error::Setting { key, value: side.to_string(), accepted });
        }
    }
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
        let png = LabelMap::encode(canvas.labels(), width, height);
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
