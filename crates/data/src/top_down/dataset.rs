//! A folder of pictures and the people in it, as batches of crops.
//!
//! A sample depends on (seed, epoch, person) alone, never on the batch it is in or on the thread
//! that makes it. Within a batch each picture is decoded once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use scalenas_base::{Image8, rng};
use scalenas_coco::{CocoKeypoints, ImageInfo};

use super::augment::Augmentation;
use super::batch::TopDownBatch;
use super::codec::HeatmapCodec;
use super::crop::Crop;
use super::people::PersonBox;
use crate::loader::BatchSource;
use crate::pictures::{
    Appearance, BadImages, Direction, Reading, SkipList, SkippedImage, crop_affine, read_sized,
    warp_into,
};
use crate::{Error, KeypointFacts, Result};

/// People of an annotation file with the folder of their pictures.
#[derive(Debug)]
pub struct TopDownDataset {
    folder: PathBuf,
    paths: Option<Vec<PathBuf>>,
    images: Vec<ImageInfo>,
    people: Vec<PersonBox>,
    facts: KeypointFacts,
    codec: HeatmapCodec,
    augmentation: Augmentation,
    appearance: Appearance,
    seed: u64,
    skips: SkipList,
}

impl TopDownDataset {
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
            paths: None,
            images: coco.images.clone(),
            people,
            facts,
            codec,
            augmentation: Augmentation::None,
            appearance: Appearance::default(),
            seed: 0,
            skips: SkipList::new(BadImages::Fail),
        })
    }

    /// Sets the variation of crops; the draws follow from `seed`, the epoch and the person.
    ///
    /// # Errors
    /// When a probability is not within 0..=1 or a range not within its bounds.
    pub fn with_augmentation(mut self, augmentation: Augmentation, seed: u64) -> Result<Self> {
        if let Augmentation::Training(augment) = &augmentation {
            augment.validate()?;
        }
        self.augmentation = augmentation;
        self.seed = seed;
        Ok(self)
    }

    /// Sets the variation of the crops' values; the draws follow from the seed, the epoch and the person.
    ///
    /// # Errors
    /// When a range is not within its bounds.
    pub fn with_appearance(mut self, appearance: Appearance) -> Result<Self> {
        appearance.validate()?;
        self.appearance = appearance;
        Ok(self)
    }

    /// Sets the treatment of bad pictures and the options of reading.
    #[must_use]
    pub fn with_reading(mut self, reading: impl Into<Reading>) -> Self {
        self.skips = SkipList::new(reading);
        self
    }

    /// Sets the files of the pictures, in the order of the annotations, whatever their names there: names of
    /// files need not be UTF-8.
    ///
    /// # Panics
    /// When there are more or fewer files than pictures.
    #[must_use]
    pub fn with_paths(mut self, paths: Vec<PathBuf>) -> Self {
        assert_eq!(paths.len(), self.images.len(), "a file per picture");
        self.paths = Some(paths);
        self
    }

    /// The people on pictures with these ids; `None` where there are none.
    pub fn on_images(&self, ids: &[i64]) -> Option<Self> {
        let ids: BTreeSet<i64> = ids.iter().copied().collect();
        let wanted = |person: &&PersonBox| ids.contains(&self.images[person.image].id);
        let people: Vec<PersonBox> = self.people.iter().filter(wanted).cloned().collect();
        (!people.is_empty()).then(|| self.of(people))
    }

    /// The people in crops in which they are `factor` times as large.
    #[must_use]
    pub fn enlarged(&self, factor: f64) -> Self {
        let nearer = |person: &PersonBox| {
            let scale = person.scale.map(|side| (f64::from(side) / factor) as f32);
            PersonBox { scale, ..person.clone() }
        };
        self.of(self.people.iter().map(nearer).collect())
    }

    /// Other people on the pictures.
    fn of(&self, people: Vec<PersonBox>) -> Self {
        Self {
            folder: self.folder.clone(),
            paths: self.paths.clone(),
            images: self.images.clone(),
            people,
            facts: self.facts.clone(),
            codec: self.codec,
            augmentation: self.augmentation,
            appearance: self.appearance,
            seed: self.seed,
            skips: SkipList::new(self.skips.reading()),
        }
    }

    /// Number of people.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Always false: a data set without people is refused.
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

    /// Name of a person's picture in the annotation file.
    pub fn file_name(&self, person: &PersonBox) -> &str {
        &self.images[person.image].file_name
    }

    /// The picture of a person.
    ///
    /// # Errors
    /// When it is bad.
    pub fn read(&self, person: &PersonBox) -> Result<Image8> {
        self.read_at(person.image)
    }

    /// Pictures left out so far, in the order of the annotation file.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        let samples = |image| self.people.iter().filter(|p| p.image == image).count();
        self.skips.list(|image| (self.path(image), samples(image)))
    }

    /// The crops of the people at `indices`, as varied in `epoch`.
    ///
    /// # Errors
    /// On a bad picture under [`BadImages::Fail`].
    ///
    /// # Panics
    /// When an index is not below [`len`](Self::len).
    pub fn batch(&self, epoch: u64, indices: &[usize]) -> Result<TopDownBatch> {
        let batch = self.make(epoch, indices, &AtomicBool::new(false))?;
        Ok(batch.expect("the flag to stop is never set"))
    }

    fn blank_batch(&self, indices: &[usize]) -> TopDownBatch {
        let (batch, joints) = (indices.len(), self.codec.joints);
        TopDownBatch {
            images: vec![0; batch * self.codec.input.pixels() * 3],
            heatmaps: vec![0.0; batch * self.codec.len()],
            weights: vec![0.0; batch * joints],
            people: indices.iter().map(|&index| self.people[index].clone()).collect(),
            batch,
            size: self.codec.input,
            joints,
            heatmap: self.codec.heatmap(),
        }
    }

    fn path(&self, image: usize) -> PathBuf {
        match &self.paths {
            Some(paths) => paths[image].clone(),
            None => self.folder.join(&self.images[image].file_name),
        }
    }

    /// Opens a picture; `None` when it is broken and such pictures are skipped.
    fn open(&self, image: usize) -> Result<Option<Image8>> {
        self.skips.admit(image, self.read_at(image))
    }

    fn read_at(&self, image: usize) -> Result<Image8> {
        read_sized(&self.path(image), self.images[image].size, self.skips.options())
    }

    fn fill(
        &self,
        batch: &mut TopDownBatch,
        slot: usize,
        picture: &Image8,
        epoch: u64,
        index: usize,
    ) {
        let crop = self.crop(&self.people[index], picture.width, epoch, index);
        let size = self.codec.input;
        let map = crop_affine(crop.center, crop.scale, crop.rotation, size, Direction::Forward);
        let pixels = size.pixels() * 3;
        let target = &mut batch.images[slot * pixels..][..pixels];
        warp_into(picture, &map, crop.mirror, size, target);
        self.appearance.vary(target, size, self.seed, [epoch, index as u64]);
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
            Augmentation::None => Crop::of_person(person),
            Augmentation::Training(augment) => {
                let mut rng = rng::stream(self.seed, "augment", &[epoch, index as u64]);
                augment.draw(person, width, self.codec.input, &self.facts, &mut rng)
            }
        }
    }
}

impl BatchSource for TopDownDataset {
    type Batch = TopDownBatch;

    fn skipped(&self) -> Vec<SkippedImage> {
        Self::skipped(self)
    }

    fn samples(&self) -> usize {
        self.people.len()
    }

    fn make(
        &self,
        epoch: u64,
        indices: &[usize],
        stop: &AtomicBool,
    ) -> Result<Option<TopDownBatch>> {
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
