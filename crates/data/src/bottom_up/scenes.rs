//! Whole pictures with their people, listed and read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use scalenas_base::Image8;
use scalenas_coco::{Annotation, CocoKeypoints, ImageInfo};

use crate::loader::{BatchSource, Samples};
use crate::pictures::{Reading, SkipList, SkippedImage, read_sized};
use crate::{Error, KeypointFacts, Result};

/// Pictures of a folder with their annotated people.
#[derive(Debug)]
pub struct Scenes {
    folder: PathBuf,
    paths: Option<Vec<PathBuf>>,
    list: Vec<(ImageInfo, Vec<Annotation>)>,
    facts: KeypointFacts,
    category: u64,
    is_annotated: bool,
    skips: SkipList,
}

impl Scenes {
    /// Pictures of an annotation file in `folder`, as `filter` selects.
    ///
    /// # Errors
    /// When there are none.
    pub fn new(
        folder: impl Into<PathBuf>,
        coco: &CocoKeypoints,
        facts: &KeypointFacts,
        filter: SceneFilter,
        reading: impl Into<Reading>,
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
        let wanted = |people: &[Annotation]| filter == SceneFilter::AllImages || !people.is_empty();
        let list: Vec<_> = images.filter(|(_, people)| wanted(people)).collect();
        if list.is_empty() {
            return Err(Error::NoPeople { folder: crate::error::show(&folder) });
        }
        let (facts, skips) = (facts.clone(), SkipList::new(reading));
        let (category, is_annotated) = (coco.category(), coco.is_annotated);
        Ok(Self { folder, paths: None, list, facts, category, is_annotated, skips })
    }

    /// The first `count` pictures; all of them where it is 0.
    #[must_use]
    pub fn truncate(mut self, count: usize) -> Self {
        if count > 0 {
            self.list.truncate(count);
        }
        self
    }

    /// The pictures with these ids; `None` where there are none.
    pub fn on_images(&self, ids: &[i64]) -> Option<Self> {
        let ids: BTreeSet<i64> = ids.iter().copied().collect();
        let kept = |index: &usize| ids.contains(&self.list[*index].0.id);
        let kept: Vec<usize> = (0..self.list.len()).filter(kept).collect();
        let paths = self.paths.as_ref();
        (!kept.is_empty()).then(|| Self {
            folder: self.folder.clone(),
            paths: paths.map(|paths| kept.iter().map(|&index| paths[index].clone()).collect()),
            list: kept.iter().map(|&index| self.list[index].clone()).collect(),
            facts: self.facts.clone(),
            category: self.category,
            is_annotated: self.is_annotated,
            skips: SkipList::new(self.skips.reading()),
        })
    }

    /// Sets the files of the pictures, in their order, whatever their names in the annotations: names of
    /// files need not be UTF-8.
    ///
    /// # Panics
    /// When there are more or fewer files than pictures.
    #[must_use]
    pub fn with_paths(mut self, paths: Vec<PathBuf>) -> Self {
        assert_eq!(paths.len(), self.list.len(), "a file per picture");
        self.paths = Some(paths);
        self
    }

    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Always false: scenes without a picture are refused.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The facts of the joints.
    pub fn facts(&self) -> &KeypointFacts {
        &self.facts
    }

    /// Category of the people; the first where the annotation file has several, which whole pictures
    /// do not tell apart.
    pub fn category(&self) -> u64 {
        self.category
    }

    /// Whether the annotation file has `annotations`.
    pub fn is_annotated(&self) -> bool {
        self.is_annotated
    }

    /// Description of the picture at `index`, and its people.
    pub fn scene(&self, index: usize) -> &(ImageInfo, Vec<Annotation>) {
        &self.list[index]
    }

    /// File of the picture at `index`.
    pub fn path(&self, index: usize) -> PathBuf {
        match &self.paths {
            Some(paths) => paths[index].clone(),
            None => self.folder.join(&self.list[index].0.file_name),
        }
    }

    /// Pictures left out so far, in their order.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        self.skips.list(|index| (self.path(index), 1))
    }

    /// A picture; `None` when it is broken and such pictures are skipped.
    pub(super) fn open(&self, index: usize) -> Result<Option<Image8>> {
        self.skips.admit(index, self.read(index))
    }

    /// The picture at `index`.
    ///
    /// # Errors
    /// When it is bad.
    pub fn read(&self, index: usize) -> Result<Image8> {
        read_sized(&self.path(index), self.list[index].0.size, self.skips.options())
    }
}

/// Selection of pictures by their annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SceneFilter {
    /// Pictures with at least one annotation: training.
    Annotated,
    /// All pictures: evaluation, where people found in an empty picture count as wrong.
    AllImages,
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

    fn skipped(&self) -> Vec<SkippedImage> {
        Self::skipped(self)
    }

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
