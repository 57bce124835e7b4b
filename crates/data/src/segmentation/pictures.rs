//! Labelled pictures of a split: opened, checked, counted.

use scalenas_base::Image8;

use super::coding::Labelling;
use super::facts::SegmentationFacts;
use super::files::LabelledPicture;
use super::labels::{IGNORED, LabelMap};
use super::weights::class_weights;
use crate::pictures::{Reading, SkipList, SkippedImage};
use crate::{Error, Result};

/// Pictures of a split and the meaning of their labels.
#[derive(Debug)]
pub(super) struct Pictures {
    pub list: Vec<LabelledPicture>,
    pub facts: SegmentationFacts,
    labelling: Labelling,
    skips: SkipList,
}

impl Pictures {
    pub fn new(
        list: Vec<LabelledPicture>,
        facts: &SegmentationFacts,
        reading: impl Into<Reading>,
    ) -> Self {
        let (facts, labelling) = (facts.clone(), facts.labelling());
        Self { list, facts, labelling, skips: SkipList::new(reading) }
    }

    /// One in `parts` of the pictures.
    pub fn part(&self, parts: usize) -> Self {
        let list = self.list.iter().step_by(parts).cloned().collect();
        Self::new(list, &self.facts, self.skips.reading())
    }

    /// A picture with its labels; `None` when either is broken and such pictures are skipped.
    pub fn open(&self, index: usize) -> Result<Option<(Image8, Option<LabelMap>)>> {
        self.skips.admit(index, self.read(&self.list[index]))
    }

    fn read(&self, picture: &LabelledPicture) -> Result<(Image8, Option<LabelMap>)> {
        let image = Image8::read_with(&picture.image, self.skips.options())?;
        let Some(path) = &picture.labels else { return Ok((image, None)) };
        let labels = LabelMap::read(path, &self.labelling)?;
        if image.size() == labels.size() {
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
        Err(Error::labels(path, self.labelling.coding, problem))
    }

    /// Pictures left out so far, in their order.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        self.skips.list(|index| (self.list[index].image.clone(), 1))
    }

    /// Class weights from the number of pixels that each class has in all label pictures.
    pub fn weights(&self) -> Result<Vec<f32>> {
        let mut pixels = vec![0u64; self.facts.classes.len()];
        for picture in &self.list {
            let Some(labels) = &picture.labels else { continue };
            match LabelMap::read(labels, &self.labelling) {
                Ok(map) => {
                    for &class in map.classes.iter().filter(|&&class| class != IGNORED) {
                        pixels[usize::from(class)] += 1;
                    }
                }
                Err(error) if self.skips.fails() => return Err(error),
                // The loader lists it when it comes to it.
                Err(_) => {}
            }
        }
        Ok(class_weights(&pixels))
    }
}
