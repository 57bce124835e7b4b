//! Labelled pictures as batches of crops, for training, and whole, for evaluation.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use scalenas_base::rng;

use crate::loader::{BatchSource, Samples};
use crate::segmentation::{
    CropAugment, IGNORED, LabelMap, LabelledPicture, SegmentationFacts, class_weights,
};
use crate::{BadImages, Error, Image8, Result, SkippedImage};

/// Pictures of a split and how their labels are read.
#[derive(Debug)]
struct Pictures {
    list: Vec<LabelledPicture>,
    facts: SegmentationFacts,
    table: [Option<u8>; 256],
    bad_images: BadImages,
    /// Reasons by position, hence listed in order.
    skipped: Mutex<BTreeMap<usize, String>>,
}

impl Pictures {
    fn new(list: Vec<LabelledPicture>, facts: &SegmentationFacts, bad_images: BadImages) -> Self {
        let (facts, table) = (facts.clone(), facts.table());
        Self { list, facts, table, bad_images, skipped: Mutex::default() }
    }

    /// A picture with its labels; `None` when either is bad and bad ones are skipped.
    fn open(&self, index: usize) -> Result<Option<(Image8, Option<LabelMap>)>> {
        match self.read(&self.list[index]) {
            Ok(both) => Ok(Some(both)),
            Err(error) if self.bad_images == BadImages::Fail => Err(error),
            Err(error) => {
                let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
                skipped.insert(index, error.to_string());
                Ok(None)
            }
        }
    }

    fn read(&self, picture: &LabelledPicture) -> Result<(Image8, Option<LabelMap>)> {
        let image = Image8::read(&picture.image)?;
        let Some(path) = &picture.labels else { return Ok((image, None)) };
        let labels = LabelMap::read(path, &self.table)?;
        if (image.width, image.height) == (labels.width, labels.height) {
            return Ok((image, Some(labels)));
        }
        let problem = format!(
            "is {}x{}, but its picture {} is {}x{}",
            labels.width,
            labels.height,
            picture.image.display(),
            image.width,
            image.height
        );
        Err(Error::labels(path, problem))
    }

    fn skipped(&self) -> Vec<SkippedImage> {
        let skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = skipped.iter().map(|(&index, reason)| SkippedImage {
            path: self.list[index].image.clone(),
            reason: reason.clone(),
            samples: 1,
        });
        entries.collect()
    }
}

/// Crops of labelled pictures, varied anew each epoch: one a picture.
#[derive(Debug)]
pub struct SegmentationDataset {
    pictures: Pictures,
    crop: (usize, usize),
    augment: CropAugment,
    seed: u64,
}

impl SegmentationDataset {
    /// Crops of `crop` (height, width); the draws follow from `seed`, the epoch and the picture.
    ///
    /// # Errors
    /// When a picture has no labels, or the augmentation is out of range.
    pub fn new(
        list: Vec<LabelledPicture>,
        facts: &SegmentationFacts,
        crop: (usize, usize),
        augment: CropAugment,
        seed: u64,
        bad_images: BadImages,
    ) -> Result<Self> {
        augment.validate()?;
        if let Some(picture) = list.iter().find(|picture| picture.labels.is_none()) {
            return Err(Error::labels(&picture.image, "no label picture is named for it"));
        }
        Ok(Self { pictures: Pictures::new(list, facts, bad_images), crop, augment, seed })
    }

    /// Pictures in the data set.
    pub fn len(&self) -> usize {
        self.pictures.list.len()
    }

    /// Whether there are no pictures.
    pub fn is_empty(&self) -> bool {
        self.pictures.list.is_empty()
    }

    /// The facts of the classes.
    pub fn facts(&self) -> &SegmentationFacts {
        &self.pictures.facts
    }

    /// Height and width of a crop.
    pub fn crop(&self) -> (usize, usize) {
        self.crop
    }

    /// Pictures left out so far, in their order.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        self.pictures.skipped()
    }

    /// Class weights by how many pixels of all label pictures each class has.
    ///
    /// # Errors
    /// On a bad label picture under [`BadImages::Fail`].
    pub fn weights(&self) -> Result<Vec<f32>> {
        let mut pixels = vec![0u64; self.facts().classes.len()];
        for picture in &self.pictures.list {
            let labels = picture.labels.as_deref().unwrap_or(Path::new(""));
            match LabelMap::read(labels, &self.pictures.table) {
                Ok(map) => {
                    for &class in map.classes.iter().filter(|&&class| class != IGNORED) {
                        pixels[usize::from(class)] += 1;
                    }
                }
                Err(error) if self.pictures.bad_images == BadImages::Fail => return Err(error),
                // The loader will list it when it comes to it.
                Err(_) => {}
            }
        }
        Ok(class_weights(&pixels))
    }
}

/// Crops and the classes of their pixels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentationBatch {
    /// `[batch, height, width, 3]`, RGB.
    pub images: Vec<u8>,
    /// Classes `[batch, height, width]`; [`IGNORED`] where nothing is to be learnt.
    pub labels: Vec<u8>,
    /// Crops in this batch.
    pub batch: usize,
    /// Rows of a crop.
    pub height: usize,
    /// Columns of a crop.
    pub width: usize,
}

impl Samples for SegmentationBatch {
    fn samples(&self) -> usize {
        self.batch
    }
}

impl BatchSource for SegmentationDataset {
    type Batch = SegmentationBatch;

    fn samples(&self) -> usize {
        self.len()
    }

    fn make(
        &self,
        epoch: u64,
        indices: &[usize],
        stop: &AtomicBool,
    ) -> Result<Option<SegmentationBatch>> {
        let (height, width) = self.crop;
        let pixels = height * width;
        let mut batch = SegmentationBatch {
            images: vec![0; indices.len() * pixels * 3],
            labels: vec![0; indices.len() * pixels],
            batch: 0,
            height,
            width,
        };
        for &index in indices {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let Some((picture, Some(labels))) = self.pictures.open(index)? else { continue };
            let mut rng = rng::stream(self.seed, "crop", &[epoch, index as u64]);
            let crop = self.augment.draw((picture.width, picture.height), self.crop, &mut rng);
            let slot = batch.batch;
            crop.cut_picture(
                &picture,
                self.crop,
                &mut batch.images[slot * pixels * 3..][..pixels * 3],
            );
            crop.cut_labels(&labels, self.crop, &mut batch.labels[slot * pixels..][..pixels]);
            batch.batch += 1;
        }
        batch.images.truncate(batch.batch * pixels * 3);
        batch.labels.truncate(batch.batch * pixels);
        Ok(Some(batch))
    }
}

/// Whole pictures in their order, with labels where there are any.
#[derive(Debug)]
pub struct WholePictures {
    pictures: Pictures,
}

/// A picture as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholePicture {
    /// Position in the data set.
    pub index: usize,
    /// The picture.
    pub image: Image8,
    /// Its labels, unless it is one to be predicted only.
    pub labels: Option<LabelMap>,
}

impl WholePictures {
    /// The pictures of a list.
    pub fn new(
        list: Vec<LabelledPicture>,
        facts: &SegmentationFacts,
        bad_images: BadImages,
    ) -> Arc<Self> {
        Arc::new(Self { pictures: Pictures::new(list, facts, bad_images) })
    }

    /// The pictures, in their order.
    pub fn list(&self) -> &[LabelledPicture] {
        &self.pictures.list
    }

    /// The facts of the classes.
    pub fn facts(&self) -> &SegmentationFacts {
        &self.pictures.facts
    }

    /// Pictures left out so far, in their order.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        self.pictures.skipped()
    }
}

impl Samples for Vec<WholePicture> {
    fn samples(&self) -> usize {
        self.len()
    }
}

impl BatchSource for WholePictures {
    type Batch = Vec<WholePicture>;

    fn samples(&self) -> usize {
        self.pictures.list.len()
    }

    fn make(
        &self,
        _: u64,
        indices: &[usize],
        stop: &AtomicBool,
    ) -> Result<Option<Vec<WholePicture>>> {
        let mut whole = Vec::with_capacity(indices.len());
        for &index in indices {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            if let Some((image, labels)) = self.pictures.open(index)? {
                whole.push(WholePicture { index, image, labels });
            }
        }
        Ok(Some(whole))
    }
}
