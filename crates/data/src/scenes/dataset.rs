//! Whole pictures and everybody in them, as batches of square crops.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use scalenas_base::rng;

use crate::loader::{BatchSource, Samples};
use crate::scenes::{SceneAugment, SceneCrop, SceneMaps, TagPositions, encode, ignored_pixels};
use crate::warp::{Mirror, warp_into};
use crate::{BadImages, Error, Image8, KeypointFacts, Result, SkippedImage};
use scalenas_coco::{Annotation, CocoKeypoints, ImageInfo};

/// Strides of the two resolutions of targets, coarse first.
pub const STRIDES: [usize; 2] = [4, 2];

/// Pictures with their people, and where the pictures are.
#[derive(Debug)]
pub struct Scenes {
    folder: PathBuf,
    list: Vec<(ImageInfo, Vec<Annotation>)>,
    facts: KeypointFacts,
    bad_images: BadImages,
    skipped: Mutex<BTreeMap<usize, String>>,
}

impl Scenes {
    /// Pictures of an annotation file in `folder`: all of them, or those with anybody.
    ///
    /// # Errors
    /// When there are none.
    pub fn new(
        folder: impl Into<PathBuf>,
        coco: &CocoKeypoints,
        facts: &KeypointFacts,
        with: Anybody,
        bad_images: BadImages,
    ) -> Result<Self> {
        let folder = folder.into();
        let mut people: BTreeMap<i64, Vec<Annotation>> = BTreeMap::new();
        for annotation in &coco.annotations {
            people.entry(annotation.image_id).or_default().push(annotation.clone());
        }
        let images = coco.images.iter().map(|image| {
            let people = people.remove(&image.id).unwrap_or_default();
            (image.clone(), people)
        });
        let wanted = |people: &[Annotation]| with == Anybody::OrNobody || !people.is_empty();
        let list: Vec<_> = images.filter(|(_, people)| wanted(people)).collect();
        if list.is_empty() {
            return Err(Error::NoPeople { folder: crate::error::show(&folder) });
        }
        let facts = facts.clone();
        Ok(Self { folder, list, facts, bad_images, skipped: Mutex::default() })
    }

    /// At most so many pictures, if it is above 0.
    #[must_use]
    pub fn at_most(mut self, count: usize) -> Self {
        if count > 0 {
            self.list.truncate(count);
        }
        self
    }

    /// Pictures.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Never: scenes without a picture are not made.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The facts of the joints.
    pub fn facts(&self) -> &KeypointFacts {
        &self.facts
    }

    /// A picture's description and its people.
    pub fn scene(&self, index: usize) -> &(ImageInfo, Vec<Annotation>) {
        &self.list[index]
    }

    /// A picture's file.
    pub fn path(&self, index: usize) -> PathBuf {
        self.folder.join(&self.list[index].0.file_name)
    }

    /// Pictures left out so far, in their order.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        let skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = skipped.iter().map(|(&index, reason)| SkippedImage {
            path: self.path(index),
            reason: reason.clone(),
            samples: 1,
        });
        entries.collect()
    }

    /// A picture; `None` when it is bad and bad ones are skipped.
    fn open(&self, index: usize) -> Result<Option<Image8>> {
        let path = self.path(index);
        let image = &self.list[index].0;
        let picture = Image8::read(&path).map_err(Error::from).and_then(|picture| {
            if picture.size() == image.size {
                return Ok(picture);
            }
            let (width, height) = (picture.width, picture.height);
            let said = format!("{}x{}", image.size.width, image.size.height);
            let problem = format!("is {width}x{height}, but the annotations are for {said}");
            Err(Error::picture(&path, problem))
        });
        match picture {
            Ok(picture) => Ok(Some(picture)),
            Err(error) if self.bad_images == BadImages::Fail => Err(error),
            Err(error) => {
                let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
                skipped.insert(index, error.to_string());
                Ok(None)
            }
        }
    }
}

/// Which pictures are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anybody {
    /// Those with an annotation: training.
    Somebody,
    /// All: evaluation, where people found in an empty picture count as wrong.
    OrNobody,
}

/// A whole picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// Position in the data set.
    pub index: usize,
    /// Id of the picture.
    pub image_id: i64,
    /// The picture.
    pub picture: Image8,
}

impl Samples for Vec<Scene> {
    fn samples(&self) -> usize {
        self.len()
    }
}

impl BatchSource for Scenes {
    type Batch = Vec<Scene>;

    fn samples(&self) -> usize {
        self.len()
    }

    fn make(&self, _: u64, indices: &[usize], stop: &AtomicBool) -> Result<Option<Vec<Scene>>> {
        let mut scenes = Vec::with_capacity(indices.len());
        for &index in indices {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            if let Some(picture) = self.open(index)? {
                scenes.push(Scene { index, image_id: self.list[index].0.id, picture });
            }
        }
        Ok(Some(scenes))
    }
}

/// Square crops of scenes with their targets, varied anew each epoch: one a picture.
#[derive(Debug)]
pub struct SceneDataset {
    scenes: Arc<Scenes>,
    side: usize,
    augment: SceneAugment,
    seed: u64,
}

/// Crops and what to predict in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SceneBatch {
    /// `[batch, side, side, 3]`, RGB.
    pub images: Vec<u8>,
    /// Targets of each picture at stride 4, then at stride 2.
    pub targets: Vec<[SceneMaps; 2]>,
    /// Where the tags of each picture's people are, at stride 4.
    pub tags: Vec<TagPositions>,
    /// Joints of a person.
    pub joints: usize,
    /// Rows and columns of a crop.
    pub side: usize,
}

impl Samples for SceneBatch {
    fn samples(&self) -> usize {
        self.targets.len()
    }
}

impl SceneDataset {
    /// Crops of `side` pixels; the draws follow from `seed`, the epoch and the picture.
    ///
    /// # Errors
    /// When the augmentation is out of range.
    pub fn new(scenes: Arc<Scenes>, side: usize, augment: SceneAugment, seed: u64) -> Result<Self> {
        augment.validate()?;
        Ok(Self { scenes, side, augment, seed })
    }

    /// The pictures.
    pub fn scenes(&self) -> &Scenes {
        &self.scenes
    }

    fn add(
        &self,
        batch: &mut SceneBatch,
        index: usize,
        picture: &Image8,
        epoch: u64,
    ) -> Result<()> {
        let mut rng = rng::stream(self.seed, "scene", &[epoch, index as u64]);
        let crop = self.augment.draw((picture.width, picture.height), &mut rng);
        let mut pixels = vec![0; self.side * self.side * 3];
        let size = (self.side, self.side);
        warp_into(picture, &crop.affine(size), Mirror::No, size, &mut pixels);
        mirror(&mut pixels, self.side, 3, crop.mirror);
        batch.images.extend(pixels);
        let mut tags = TagPositions::new();
        let [coarse, fine] = STRIDES.map(|stride| self.target(index, &crop, self.side / stride));
        let ((coarse, positions), (fine, _)) = (coarse?, fine?);
        tags.extend(positions);
        batch.targets.push([coarse, fine]);
        batch.tags.push(tags);
        Ok(())
    }

    /// Targets at maps of `side` pixels.
    fn target(
        &self,
        index: usize,
        crop: &SceneCrop,
        side: usize,
    ) -> Result<(SceneMaps, TagPositions)> {
        let (image, people) = self.scenes.scene(index);
        let map = crop.affine((side, side));
        let order = self.scenes.facts.mirrored();
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
        let (heatmaps, tags) = encode(&joints, order.len(), (side, side));
        let ignored = ignored_pixels(people, (image.size.height, image.size.width))
            .map_err(|problem| Error::picture(&self.scenes.path(index), problem))?;
        let mask = mask(&ignored, (image.size.width, image.size.height), crop, side);
        Ok((SceneMaps { heatmaps, mask }, tags))
    }
}

/// 1 where pixels count.
fn mask(
    ignored: &[u8],
    (width, height): (usize, usize),
    crop: &SceneCrop,
    side: usize,
) -> Vec<f32> {
    if ignored.iter().all(|&pixel| pixel == 0) {
        return vec![1.0; side * side];
    }
    let pixels = ignored.iter().flat_map(|&pixel| [pixel; 3]).collect();
    let region = Image8 { width, height, pixels };
    let mut warped = vec![0; side * side * 3];
    let size = (side, side);
    warp_into(&region, &crop.affine(size), Mirror::No, size, &mut warped);
    mirror(&mut warped, side, 3, crop.mirror);
    let counts = |pixel: &[u8]| if pixel[0] > u8::MAX / 2 { 0.0 } else { 1.0 };
    warped.chunks_exact(3).map(counts).collect()
}

/// Mirrors rows of `width` pixels of so many values.
fn mirror(pixels: &mut [u8], width: usize, values: usize, mirror: Mirror) {
    if mirror == Mirror::No {
        return;
    }
    for row in pixels.chunks_exact_mut(width * values) {
        for x in 0..width / 2 {
            let other = (width - 1 - x) * values;
            let (left, right) = row.split_at_mut(other);
            left[x * values..][..values].swap_with_slice(&mut right[..values]);
        }
    }
}

impl BatchSource for SceneDataset {
    type Batch = SceneBatch;

    fn samples(&self) -> usize {
        self.scenes.len()
    }

    fn make(&self, epoch: u64, indices: &[usize], stop: &AtomicBool) -> Result<Option<SceneBatch>> {
        let joints = self.scenes.facts.joints.len();
        let mut batch = SceneBatch { joints, side: self.side, ..SceneBatch::default() };
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
