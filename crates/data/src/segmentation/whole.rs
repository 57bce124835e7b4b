//! Whole labelled pictures, for evaluation and prediction.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use scalenas_base::Image8;

use super::facts::SegmentationFacts;
use super::files::LabelledPicture;
use super::labels::LabelMap;
use super::pictures::Pictures;
use crate::Result;
use crate::loader::{BatchSource, Samples};
use crate::pictures::{Reading, SkippedImage};

/// Whole pictures in their order, with labels where there are any.
#[derive(Debug)]
pub struct WholePictures {
    pictures: Pictures,
}

/// A picture at its own size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholePicture {
    /// Position in the data set.
    pub index: usize,
    /// The picture.
    pub image: Image8,
    /// Labels; `None` for pictures that are only predicted.
    pub labels: Option<LabelMap>,
}

impl WholePictures {
    /// The pictures of a list.
    pub fn new(
        list: Vec<LabelledPicture>,
        facts: &SegmentationFacts,
        reading: impl Into<Reading>,
    ) -> Arc<Self> {
        Arc::new(Self { pictures: Pictures::new(list, facts, reading) })
    }

    /// One in `parts` of the pictures.
    #[must_use]
    pub fn part(&self, parts: usize) -> Arc<Self> {
        Arc::new(Self { pictures: self.pictures.part(parts) })
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

    fn skipped(&self) -> Vec<SkippedImage> {
        Self::skipped(self)
    }

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
