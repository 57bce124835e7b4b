//! A folder of pictures and the people in it, as batches of crops.
//!
//! A sample depends on (seed, epoch, person) alone, never on the batch it is in or on the thread
//! that makes it. Within a batch each picture is decoded once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use scalenas_base::{Size, rng};

use crate::augment::Crop;
use crate::loader::BatchSource;
use crate::warp::warp_into;
use crate::{
    Augmentation, Direction, Error, HeatmapCodec, Image8, KeypointFacts, PersonBox, PoseBatch,
    Result, crop_affine,
};
use scalenas_coco::{CocoKeypoints, ImageInfo};

/// What to do about pictures that are missing, truncated or not pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadImages {
    /// Report the first.
    #[default]
    Fail,
    /// Leave their people out; [`PoseDataset::skipped`] lists them.
    Skip,
}

/// A picture that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedImage {
    /// Its file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
    /// How many samples (people, or pictures where a picture is one) are lost with it.
    pub samples: usize,
}

/// People and where their pictures are.
#[derive(Debug)]
pub struct PoseDataset {
    folder: PathBuf,
    images: Vec<ImageInfo>,
    people: Vec<PersonBox>,
    facts: KeypointFacts,
    codec: HeatmapCodec,
    augmentation: Augmentation,
    seed: u64,
    bad_images: BadImages,
    /// Reasons by position of the picture, hence listed in the order of the annotation file.
    skipped: Mutex<BTreeMap<usize, String>>,
}

impl PoseDataset {
    /// The given people of an annotation file, with pictures in `folder`; no augmentation, bad
    /// pictures are errors.
    ///
    /// # Errors
    /// When there are no people, or the codec has another joint count than the facts.
    pub fn new(
        folder: impl Into<PathBuf>,
        coco: &CocoKeypoints,
        people: Vec<PersonBox>,
        facts: KeypointFacts,
        codec: HeatmapCodec,
    ) -> Result<Self> {
        let folder = folder.into();
        if people.is_empty() {
            return Err(Error::NoPeople { folder: crate::error::show(&folder) });
        }
        if codec.joints != facts.joints.len() {
            return Err(Error::Setting {
                key: "joints",
                value: format!(
                    "{} in the codec, {} in the facts",
                    codec.joints,
                    facts.joints.len()
                ),
                accepted: "the same count in both",
            });
        }
        Ok(Self {
            folder,
            images: coco.images.clone(),
            people,
            facts,
            codec,
            augmentation: Augmentation::None,
            seed: 0,
            bad_images: BadImages::Fail,
            skipped: Mutex::default(),
        })
    }

    /// Varies the crops; the draws follow from `seed`, the epoch and the person.
    ///
    /// # Errors
    /// When a chance is not within 0..=1 or a range not within its bounds.
    pub fn with_augmentation(mut self, augmentation: Augmentation, seed: u64) -> Result<Self> {
        if let Augmentation::Training(augment) = &augmentation {
            augment.validate()?;
        }
        self.augmentation = augmentation;
        self.seed = seed;
        Ok(self)
    }

    /// Says what to do about bad pictures.
    #[must_use]
    pub fn with_bad_images(mut self, bad_images: BadImages) -> Self {
        self.bad_images = bad_images;
        self
    }

    /// People in the data set.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Never: a data set without people is not made.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The people, in their order.
    pub fn people(&self) -> &[PersonBox] {
        &self.people
    }

    /// The facts of the joints.
    pub fn facts(&self) -> &KeypointFacts {
        &self.facts
    }

    /// The codec of the targets, which also decodes predictions.
    pub fn codec(&self) -> &HeatmapCodec {
        &self.codec
    }

    /// File of a person's picture.
    pub fn picture(&self, person: &PersonBox) -> PathBuf {
        self.path(person.image)
    }

    /// Pictures left out so far, in the order of the annotation file.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        let skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = skipped.iter().map(|(&image, reason)| SkippedImage {
            path: self.path(image),
            reason: reason.clone(),
            samples: self.people.iter().filter(|p| p.image == image).count(),
        });
        entries.collect()
    }

    /// The crops of the people at `indices`, as varied in `epoch`.
    ///
    /// # Errors
    /// On a bad picture under [`BadImages::Fail`].
    ///
    /// # Panics
    /// When an index is not below [`len`](Self::len).
    pub fn batch(&self, epoch: u64, indices: &[usize]) -> Result<PoseBatch> {
        let batch = self.make(epoch, indices, &AtomicBool::new(false))?;
        Ok(batch.expect("nobody asks to stop"))
    }

    fn blank_batch(&self, indices: &[usize]) -> PoseBatch {
        let (height, width) = self.codec.input;
        let (heatmap_height, heatmap_width) = self.codec.heatmap();
        let (batch, joints) = (indices.len(), self.codec.joints);
        PoseBatch {
            images: vec![0; batch * height * width * 3],
            heatmaps: vec![0.0; batch * self.codec.len()],
            weights: vec![0.0; batch * joints],
            people: indices.iter().map(|&index| self.people[index].clone()).collect(),
            batch,
            height,
            width,
            joints,
            heatmap_height,
            heatmap_width,
        }
    }

    fn path(&self, image: usize) -> PathBuf {
        self.folder.join(&self.images[image].file_name)
    }

    /// Opens a picture; `None` when it is bad and bad ones are skipped.
    fn open(&self, image: usize) -> Result<Option<Image8>> {
        let path = self.path(image);
        match self.read(image, &path) {
            Ok(picture) => Ok(Some(picture)),
            Err(error) if self.bad_images == BadImages::Fail => Err(error),
            Err(error) => {
                let reason = match error {
                    Error::Picture { problem, .. } => problem,
                    other => other.to_string(),
                };
                let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
                skipped.insert(image, reason);
                Ok(None)
            }
        }
    }

    fn read(&self, image: usize, path: &Path) -> Result<Image8> {
        let picture = Image8::read(path)?;
        let Size { height, width } = self.images[image].size;
        if picture.size() == self.images[image].size {
            return Ok(picture);
        }
        let found = format!("is {}x{}", picture.width, picture.height);
        let problem = format!("{found}, but the annotations are for {width}x{height}");
        Err(Error::picture(path, problem))
    }

    fn fill(&self, batch: &mut PoseBatch, slot: usize, picture: &Image8, epoch: u64, index: usize) {
        let crop = self.crop(&self.people[index], picture.width, epoch, index);
        let (height, width) = self.codec.input;
        let size = (width, height);
        let map = crop_affine(crop.center, crop.scale, crop.rotation, size, Direction::Forward);
        let pixels = height * width * 3;
        let target = &mut batch.images[slot * pixels..][..pixels];
        warp_into(picture, &map, crop.mirror, size, target);
        if crop.joints.is_empty() {
            return;
        }
        let joints: Vec<[f64; 3]> = crop
            .joints
            .iter()
            .map(|&[x, y, visible]| {
                let [x, y] = map.apply([x, y]);
                [x, y, visible]
            })
            .collect();
        let (values, count) = (self.codec.len(), self.codec.joints);
        self.codec.encode_into(
            &joints,
            &mut batch.heatmaps[slot * values..][..values],
            &mut batch.weights[slot * count..][..count],
        );
    }

    fn crop(&self, person: &PersonBox, width: usize, epoch: u64, index: usize) -> Crop {
        match &self.augmentation {
            Augmentation::None => Crop::of(person),
            Augmentation::Training(augment) => {
                let mut rng = rng::stream(self.seed, "augment", &[epoch, index as u64]);
                augment.draw(person, width, self.codec.input, &self.facts, &mut rng)
            }
        }
    }
}

impl BatchSource for PoseDataset {
    type Batch = PoseBatch;

    fn samples(&self) -> usize {
        self.people.len()
    }

    fn make(&self, epoch: u64, indices: &[usize], stop: &AtomicBool) -> Result<Option<PoseBatch>> {
        let mut batch = self.blank_batch(indices);
        let mut by_picture: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (slot, &index) in indices.iter().enumerate() {
            by_picture.entry(self.people[index].image).or_default().push(slot);
        }
        let mut filled = vec![true; indices.len()];
        for (image, slots) in by_picture {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            match self.open(image)? {
                Some(picture) => {
                    for slot in slots {
                        self.fill(&mut batch, slot, &picture, epoch, indices[slot]);
                    }
                }
                None => slots.iter().for_each(|&slot| filled[slot] = false),
            }
        }
        batch.keep(&filled);
        Ok(Some(batch))
    }
}
