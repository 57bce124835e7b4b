//! Writes a data set of shapes.

use std::fs;
use std::path::Path;

use rayon::prelude::*;
use scalenas_base::{Size, atomic, rng};

use super::draw::draw;
use super::shape::SHAPES;
use crate::synth::limits::check_sides;
use crate::{Error, Result};

/// Size of a data set of shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShapeConfig {
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

impl Default for ShapeConfig {
    fn default() -> Self {
        Self { train: 400, val: 80, height: 96, width: 96, seed: 0 }
    }
}

/// Writes a data set below `folder`, making its folders; the classes take turns.
///
/// # Errors
/// When a side is out of range, or a file or folder cannot be written.
pub fn write_shapes(folder: impl AsRef<Path>, config: &ShapeConfig) -> Result<()> {
    check_sides(Size::new(config.height, config.width))?;
    write_part(folder.as_ref(), config, "train", config.train)?;
    write_part(folder.as_ref(), config, "val", config.val)
}

fn write_part(root: &Path, config: &ShapeConfig, part: &str, count: usize) -> Result<()> {
    let folder = root.join(part);
    for (name, _) in SHAPES {
        let folder = folder.join(name);
        // Pictures of an earlier, larger data set would be found among the new ones.
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|e| Error::io(&folder, "replace the folder", e))?;
        }
        fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, "create the folder", e))?;
    }
    (0..count).into_par_iter().try_for_each(|number| {
        let (name, inside) = SHAPES[number % SHAPES.len()];
        let mut random = rng::stream(config.seed, &format!("shape {part}"), &[number as u64]);
        let picture = draw(Size::new(config.height, config.width), inside, &mut random);
        let path = folder.join(name).join(format!("{number:06}.png"));
        atomic::write(&path, picture.to_png()).map_err(|e| Error::io(&path, "write", e))
    })
}
