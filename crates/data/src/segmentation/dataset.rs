//! Batches of crops of labelled pictures, for training.

use std::sync::atomic::{AtomicBool, Ordering};

use scalenas_base::{Size, rng};

use super::augment::SegmentationAugment;
use super::facts::SegmentationFacts;
use super::files::LabelledPicture;
use super::pictures::Pictures;
use crate::loader::{BatchSource, Samples};
use crate::pictures::{Appearance, Reading, SkippedImage};
use crate::{Error, Result};

/// Crops of labelled pictures: one crop per picture, varied anew each epoch.
#[derive(Debug)]
pub struct SegmentationDataset {
    pictures: Pictures,
    crop: Size,
    augment: SegmentationAugment,
    appearance: Appearance,
    seed: u64,
}

impl SegmentationDataset {
    /// Crops of `crop` pixels; the draws follow from `seed`, the epoch and the picture.
    ///
    /// # Errors
    /// When a picture has no labels, or the augmentation is out of range.
    pub fn new(
        list: Vec<LabelledPicture>,
        facts: &SegmentationFacts,
        crop: impl Into<Size>,
        augment: SegmentationAugment,
        seed: u64,
        reading: impl Into<Reading>,
    ) -> Result<Self> {
        augment.validate()?;
        if let Some(picture) = list.iter().find(|picture| picture.labels.is_none()) {
            return Err(Error::labels(
                &picture.image,
                facts.label_coding,
                "no label picture is named for it",
            ));
        }
        let pictures = Pictures::new(list, facts, reading);
        Ok(Self { pictures, crop: crop.into(), augment, appearance: Appearance::default(), seed })
    }

    /// Sets the variation of the crops' values; the draws follow from the seed, the epoch and the picture.
    ///
    /// # Errors
    /// When a range is not within its bounds.
    pub fn with_appearance(mut self, appearance: Appearance) -> Result<Self> {
        appearance.validate()?;
        self.appearance = appearance;
        Ok(self)
    }

    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.pictures.list.len()
    }

    /// Whether there are no pictures.
    pub fn is_empty(&self) -> bool {
        self.pictures.list.is_empty()
    }

    /// Name of a picture.
    pub fn name(&self, index: usize) -> &str {
        &self.pictures.list[index].name
    }

    /// The facts of the classes.
    pub fn facts(&self) -> &SegmentationFacts {
        &self.pictures.facts
    }

    /// Size of a crop.
    pub fn crop(&self) -> Size {
        self.crop
    }

    /// Pictures left out so far, in their order.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        self.pictures.skipped()
    }

    /// Class weights from the number of pixels that each class has in all label pictures.
    ///
    /// # Errors
    /// On a bad label picture under [`crate::BadImages::Fail`].
    pub fn weights(&self) -> Result<Vec<f32>> {
        self.pictures.weights()
    }
}

/// Crops and the classes of their pixels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentationBatch {
    /// `[batch, height, width, 3]`, RGB.
    pub images: Vec<u8>,
    /// Classes `[batch, height, width]`; [`IGNORED`](super::IGNORED) where none is labelled.
    pub labels: Vec<u8>,
    /// Number of crops.
    pub batch: usize,
    /// Size of a crop.
    pub size: Size,
}

impl Samples for SegmentationBatch {
    fn samples(&self) -> usize {
        self.batch
    }
}

impl BatchSource for SegmentationDataset {
    type Batch = SegmentationBatch;

    fn skipped(&self) -> Vec<SkippedImage> {
        Self::skipped(self)
    }

    fn samples(&self) -> usize {
        self.len()
    }

    fn make(
        &self,
        epoch: u64,
        indices: &[usize],
        stop: &AtomicBool,
    ) -> Result<Option<SegmentationBatch>> {
        let pixels = self.crop.pixels();
        let mut batch = SegmentationBatch {
            images: vec![0; indices.len() * pixels * 3],
            labels: vec![0; indices.len() * pixels],
            batch: 0,
            size: self.crop,
        };
        for &index in indices {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let Some((picture, Some(labels))) = self.pictures.open(index)? else { continue };
            let mut rng = rng::stream(self.seed, "crop", &[epoch, index as u64]);
            let crop = self.augment.draw(picture.size(), self.crop, &mut rng);
            let slot = batch.batch;
            let target = &mut batch.images[slot * pixels * 3..][..pixels * 3];
            crop.cut_picture(&picture, self.crop, target);
            self.appearance.vary(target, self.crop, self.seed, [epoch, index as u64]);
            crop.cut_labels(&labels, self.crop, &mut batch.labels[slot * pixels..][..pixels]);
            batch.batch += 1;
        }
        batch.images.truncate(batch.batch * pixels * 3);
        batch.labels.truncate(batch.batch * pixels);
        Ok(Some(batch))
    }
}
