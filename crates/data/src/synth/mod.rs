//! Synthetic people in the layout of COCO: something to learn from without any download. (Streets
//! in the layout of Cityscapes are in [`street`].)
//!
//! `annotations/person_keypoints_{train,val}2017.json` and `images/{train,val}2017/*.jpg` go
//! through the same readers as the real thing: several people a picture at many sizes, hiding
//! each other, with things in front, people of whom too little shows for joints, and crowds.
//! A picture depends on (seed, part, number) alone: more pictures leave the others as they are,
//! and the same configuration writes the same bytes.

mod backdrop;
mod body;
mod canvas;
mod color;
mod figure;
mod labels;
mod mask;
mod scene;
mod space;
mod street;

use std::fs;
use std::path::Path;

use rayon::prelude::*;
use scalenas_base::atomic;
use serde::{Deserialize, Serialize};

pub use self::street::{StreetConfig, write_streets};

use self::labels::Labels;
use self::scene::Scene;
use crate::{Error, Result};

/// JPEG quality of the pictures.
const QUALITY: u8 = 92;
/// Pictures painted at a time before their labels are written down.
const CHUNK: usize = 64;
/// Smallest side of a picture, in pixels.
const SMALLEST_SIDE: usize = 64;
/// Longest side of a picture in pixels: it is drawn in memory.
const LONGEST_SIDE: usize = 8192;

/// What to write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SynthConfig {
    /// Pictures to train on.
    pub train: usize,
    /// Held-out pictures.
    pub val: usize,
    /// Columns of a picture.
    pub width: usize,
    /// Rows of a picture.
    pub height: usize,
    /// Fewest people in a picture.
    pub least_people: usize,
    /// Most people in a picture; fewer where they find no place.
    pub most_people: usize,
    /// Chance of a crowd in the background.
    pub crowds: f64,
    /// Where all randomness comes from.
    pub seed: u64,
}

impl Default for SynthConfig {
    fn default() -> Self {
        Self {
            train: 400,
            val: 80,
            width: 384,
            height: 288,
            least_people: 1,
            most_people: 4,
            crowds: 0.15,
            seed: 0,
        }
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Pictures to train on.
    pub train_images: usize,
    /// People with joints in them.
    pub train_people: usize,
    /// Held-out pictures.
    pub val_images: usize,
    /// People with joints in them.
    pub val_people: usize,
}

/// Writes a data set below `dir`, making its folders; the annotation files come last and appear
/// whole.
///
/// # Errors
/// When the configuration cannot be, or a file or folder cannot be written.
pub fn write_pose(dir: impl AsRef<Path>, config: &SynthConfig) -> Result<Summary> {
    config.validate()?;
    let dir = dir.as_ref();
    let train_people = write_part(dir, config, Split::Train)?;
    let val_people = write_part(dir, config, Split::Val)?;
    Ok(Summary { train_images: config.train, train_people, val_images: config.val, val_people })
}

impl SynthConfig {
    fn validate(&self) -> Result<()> {
        let refuse = |key, value: String, accepted| Err(Error::Setting { key, value, accepted });
        for (key, side) in [("width", self.width), ("height", self.height)] {
            if !(SMALLEST_SIDE..=LONGEST_SIDE).contains(&side) {
                return refuse(key, side.to_string(), "64 to 8192 pixels");
            }
        }
        if self.least_people == 0 || self.least_people > self.most_people {
            let value = format!("{} to {}", self.least_people, self.most_people);
            return refuse("least_people", value, "1 to most_people");
        }
        if !(0.0..=1.0).contains(&self.crowds) {
            return refuse("crowds", self.crowds.to_string(), "0 to 1");
        }
        Ok(())
    }
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
    let mut rng = scalenas_base::rng::stream(config.seed, "synth", &[id]);
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
