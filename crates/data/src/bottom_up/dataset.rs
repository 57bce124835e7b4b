//! Batches of square crops of whole pictures, with the targets of everybody in them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use scalenas_base::{Image8, Size, rng};
use scalenas_coco::Annotation;

use super::augment::{BottomUpAugment, SceneCrop};
use super::ignored::ignored_pixels;
use super::mask::mask;
use super::scenes::Scenes;
use super::targets::{TagPositions, TargetMaps, encode};
use crate::loader::{BatchSource, Samples};
use crate::pictures::{Appearance, Mirror, SkippedImage, mirror_rows, warp_into};
use crate::{Error, Result};

/// Strides of the two resolutions of targets, coarse first.
pub const STRIDES: [usize; 2] = [4, 2];

/// Square crops of whole pictures with their targets: one crop per picture, varied anew each epoch.
#[derive(Debug)]
pub struct BottomUpDataset {
    scenes: Arc<Scenes>,
    side: usize,
    augment: BottomUpAugment,
    appearance: Appearance,
    seed: u64,
}

/// Crops and their targets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BottomUpBatch {
    /// `[batch, side, side, 3]`, RGB.
    pub images: Vec<u8>,
    /// Targets of each picture at stride 4, then at stride 2.
    pub targets: Vec<[TargetMaps; 2]>,
    /// Positions of the tags of each picture's people, at stride 4.
    pub tags: Vec<TagPositions>,
    /// Joints per person.
    pub joints: usize,
    /// Rows and columns of a crop.
    pub side: usize,
}

impl Samples for BottomUpBatch {
    fn samples(&self) -> usize {
        self.targets.len()
    }
}

impl BottomUpDataset {
    /// Crops of `side` pixels; the draws follow from `seed`, the epoch and the picture.
    ///
    /// # Errors
    /// When the augmentation is out of range.
    pub fn new(
        scenes: Arc<Scenes>,
        side: usize,
        augment: BottomUpAugment,
        seed: u64,
    ) -> Result<Self> {
        augment.validate()?;
        Ok(Self { scenes, side, augment, appearance: Appearance::default(), seed })
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

    /// The pictures.
    pub fn scenes(&self) -> &Scenes {
        &self.scenes
    }

    fn add(
        &self,
        batch: &mut BottomUpBatch,
        index: usize,
        picture: &Image8,
        epoch: u64,
    ) -> Result<()> {
        let mut rng = rng::stream(self.seed, "scene", &[epoch, index as u64]);
        let crop = self.augment.draw(picture.size(), &mut rng);
        let size = Size::square(self.side);
        let mut pixels = vec![0; size.pixels() * 3];
        warp_into(picture, &crop.affine(size), Mirror::No, size, &mut pixels);
        mirror_rows(&mut pixels, self.side, crop.mirror);
        self.appearance.vary(&mut pixels, size, self.seed, [epoch, index as u64]);
        batch.images.extend(pixels);
        let mut tags = TagPositions::new();
        let [coarse, fine] = STRIDES.map(|stride| self.target(index, &crop, self.side / stride));
        let ((coarse, positions), (fine, _)) = (coarse?, fine?);
        tags.extend(positions);
        batch.targets.push([coarse, fine]);
        batch.tags.push(tags);
        Ok(())
    }

    /// Targets on maps of `side` x `side` pixels.
    fn target(
        &self,
        index: usize,
        crop: &SceneCrop,
        side: usize,
    ) -> Result<(TargetMaps, TagPositions)> {
        let (image, people) = self.scenes.scene(index);
        let map = crop.affine(Size::square(side));
        let order = self.scenes.facts().mirrored();
        let place = |person: &Annotation| -> Vec<[f64; 3]> {
            let joint = |joint: usize| {
                let [x, y, visible] = person.keypoints[joint];
                let [x, y] = map.apply([x, y]);
                [x, y, visible]
            };
            match crop.mirror {
                Mirror::No => (0..order.len()).map(joint).collect(),
                Mirror::LeftRight => {
                    let turned = |[x, y, visible]: [f64; 3]| [(side - 1) as f64 - x, y, visible];
                    order.iter().map(|&other| turned(joint(other))).collect()
                }
            }
        };
        let known = people.iter().filter(|person| !person.iscrowd && person.num_keypoints > 0);
        let joints: Vec<Vec<[f64; 3]>> = known.map(place).collect();
        let (heatmaps, tags) = encode(&joints, order.len(), Size::square(side));
        let ignored = ignored_pixels(people, image.size)
            .map_err(|problem| Error::picture(&self.scenes.path(index), problem))?;
        let mask = mask(&ignored, image.size, crop, side);
        Ok((TargetMaps { heatmaps, mask }, tags))
    }
}

impl BatchSource for BottomUpDataset {
    type Batch = BottomUpBatch;

    fn skipped(&self) -> Vec<SkippedImage> {
        self.scenes.skipped()
    }

    fn samples(&self) -> usize {
        self.scenes.len()
    }

    fn make(
        &self,
        epoch: u64,
        indices: &[usize],
        stop: &AtomicBool,
    ) -> Result<Option<BottomUpBatch>> {
        let joints = self.scenes.facts().joints.len();
        let mut batch = BottomUpBatch { joints, side: self.side, ..BottomUpBatch::default() };
        for &index in indices {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            if let Some(picture) = self.scenes.open(index)? {
                self.add(&mut batch, index, &picture, epoch)?;
            }
        }
        Ok(Some(batch))
    }
}
