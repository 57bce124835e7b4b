//! Writes a data set of people.

use std::fs;
use std::path::Path;

use rayon::prelude::*;
use scalenas_base::{atomic, rng};

use super::config::SynthConfig;
use super::labels::Labels;
use super::scene::Scene;
use crate::{Error, Result};

/// JPEG quality of the pictures.
const QUALITY: u8 = 92;
/// Pictures painted at a time before their labels are written down.
const CHUNK: usize = 64;

/// Content of a written data set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Number of pictures to train on.
    pub train_images: usize,
    /// Number of people with joints in them.
    pub train_people: usize,
    /// Number of held-out pictures.
    pub val_images: usize,
    /// Number of people with joints in them.
    pub val_people: usize,
}

/// Writes a data set below `dir`, making its folders; the annotation files come last and appear
/// whole.
///
/// # Errors
/// When the configuration is out of range, or a file or folder cannot be written.
pub fn write_pose(dir: impl AsRef<Path>, config: &SynthConfig) -> Result<Summary> {
    config.validate()?;
    let dir = dir.as_ref();
    let train_people = write_part(dir, config, Split::Train)?;
    let val_people = write_part(dir, config, Split::Val)?;
    Ok(Summary { train_images: config.train, train_people, val_images: config.val, val_people })
}

#[derive(Clone, Copy)]
enum Split {
    Train,
    Val,
}

impl Split {
    fn name(self) -> &'static str {
        match self {
            Self::Train => "train2017",
            Self::Val => "val2017",
        }
    }

    /// Number of pictures, and the id before the first one's.
    fn range(self, config: &SynthConfig) -> (usize, u64) {
        match self {
            Self::Train => (config.train, 100_000),
            Self::Val => (config.val, 0),
        }
    }
}

fn write_part(dir: &Path, config: &SynthConfig, split: Split) -> Result<usize> {
    let pictures = dir.join("images").join(split.name());
    let annotations = dir.join("annotations");
    for folder in [&pictures, &annotations] {
        fs::create_dir_all(folder).map_err(|e| Error::io(folder, "create the folder", e))?;
    }
    let (count, before) = split.range(config);
    let mut labels = Labels::new();
    let numbers: Vec<u64> = (0..count as u64).collect();
    for chunk in numbers.chunks(CHUNK) {
        let scenes: Vec<Scene> = chunk
            .par_iter()
            .map(|&number| write_picture(&pictures, config, before + 1 + number))
            .collect::<Result<_>>()?;
        for (&number, scene) in chunk.iter().zip(&scenes) {
            let id = before + 1 + number;
            labels.add(id, file_name(id), scene);
        }
    }
    write_labels(&annotations.join(format!("person_keypoints_{}.json", split.name())), &labels)?;
    Ok(labels.labelled_people())
}

fn write_picture(folder: &Path, config: &SynthConfig, id: u64) -> Result<Scene> {
    let mut rng = rng::stream(config.seed, "synth", &[id]);
    let scene = Scene::draw(config, &mut rng);
    let path = folder.join(file_name(id));
    fs::write(&path, scene.picture.to_jpeg(QUALITY)).map_err(|e| Error::io(&path, "write", e))?;
    Ok(scene)
}

fn file_name(id: u64) -> String {
    format!("{id:012}.jpg")
}

fn write_labels(path: &Path, labels: &Labels) -> Result<()> {
    let bytes = serde_json::to_vec(labels).expect("labels are plain numbers and strings");
    atomic::write(path, bytes).map_err(|e| Error::io(path, "write", e))
}
