//! Batches of pictures with their classes.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use scalenas_base::{Image8, Size, rng};

use super::facts::ClassificationFacts;
use super::files::ClassedPicture;
use super::view::{ClassificationAugment, View, central};
use crate::Result;
use crate::loader::{BatchSource, Samples};
use crate::pictures::{Appearance, Reading, SkipList, SkippedImage};

/// Choice of the parts of pictures that a network sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Views {
    /// Drawn anew each epoch; the draws follow from the seed, the epoch and the picture.
    Drawn(ClassificationAugment, u64),
    /// The middle.
    Central,
}

/// Pictures of a part of a data set with their classes.
#[derive(Debug)]
pub struct ClassificationDataset {
    list: Vec<ClassedPicture>,
    facts: ClassificationFacts,
    input: Size,
    views: Views,
    appearance: Appearance,
    skips: SkipList,
}

impl ClassificationDataset {
    /// Views of `input` pixels of the pictures of a list.
    ///
    /// # Errors
    /// When the augmentation is out of range.
    pub fn new(
        list: Vec<ClassedPicture>,
        facts: &ClassificationFacts,
        input: impl Into<Size>,
        views: Views,
        reading: impl Into<Reading>,
    ) -> Result<Self> {
        if let Views::Drawn(augment, _) = &views {
            augment.validate()?;
        }
        let (input, appearance) = (input.into(), Appearance::default());
        let skips = SkipList::new(reading);
        Ok(Self { list, facts: facts.clone(), input, views, appearance, skips })
    }

    /// Sets the variation of the drawn views' values; the draws follow from the seed, the epoch and the picture.
    ///
    /// # Errors
    /// When a range is not within its bounds.
    pub fn with_appearance(mut self, appearance: Appearance) -> Result<Self> {
        appearance.validate()?;
        self.appearance = appearance;
        Ok(self)
    }

    /// One in `parts` of the pictures, of every class as nearly as may be.
    #[must_use]
    pub fn part(&self, parts: usize) -> Self {
        Self {
            list: self.list.iter().step_by(parts).cloned().collect(),
            facts: self.facts.clone(),
            input: self.input,
            views: self.views,
            appearance: self.appearance,
            skips: SkipList::new(self.skips.reading()),
        }
    }

    /// The pictures, in their order.
    pub fn list(&self) -> &[ClassedPicture] {
        &self.list
    }

    /// The facts of the classes.
    pub fn facts(&self) -> &ClassificationFacts {
        &self.facts
    }

    /// A picture as it is stored.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, index: usize) -> Result<Image8> {
        Ok(Image8::read_with(&self.list[index].path, self.skips.options())?)
    }

    /// Pictures left out so far, in their order.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        self.skips.list(|index| (PathBuf::from(&self.list[index].path), 1))
    }

    fn view(&self, epoch: u64, index: usize, size: Size) -> View {
        match self.views {
            Views::Drawn(augment, seed) => {
                let mut rng = rng::stream(seed, "view", &[epoch, index as u64]);
                augment.draw(size, self.input, &mut rng)
            }
            Views::Central => central(size, self.input),
        }
    }
}

/// Views of pictures and their classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassificationBatch {
    /// `[batch, height, width, 3]`, RGB.
    pub images: Vec<u8>,
    /// Position of the class of each picture in the facts.
    pub classes: Vec<usize>,
    /// Position of each picture in the data set.
    pub indices: Vec<usize>,
    /// Size of a view.
    pub size: Size,
}

impl Samples for ClassificationBatch {
    fn samples(&self) -> usize {
        self.classes.len()
    }
}

impl BatchSource for ClassificationDataset {
    type Batch = ClassificationBatch;

    fn skipped(&self) -> Vec<SkippedImage> {
        Self::skipped(self)
    }

    fn samples(&self) -> usize {
        self.list.len()
    }

    fn make(
        &self,
        epoch: u64,
        indices: &[usize],
        stop: &AtomicBool,
    ) -> Result<Option<ClassificationBatch>> {
        let mut batch = ClassificationBatch { size: self.input, ..ClassificationBatch::default() };
        batch.images.reserve(indices.len() * self.input.pixels() * 3);
        for &index in indices {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let Some(picture) = self.skips.admit(index, self.read(index))? else { continue };
            let view = self.view(epoch, index, picture.size());
            let mut pixels = view.cut(&picture, self.input).pixels;
            if let Views::Drawn(_, seed) = self.views {
                self.appearance.vary(&mut pixels, self.input, seed, [epoch, index as u64]);
            }
            batch.images.extend(pixels);
            batch.classes.push(self.list[index].class);
            batch.indices.push(index);
        }
        Ok(Some(batch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::BadImages;
    use std::fs;

    #[test]
    fn batches_depend_on_epoch_and_picture_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut list = Vec::new();
        for class in 0..2 {
            let path = folder.path().join(format!("{class}.png"));
            let pixels = (0..40 * 50 * 3).map(|i| (i * (class + 3) % 251) as u8).collect();
            fs::write(&path, Image8 { width: 50, height: 40, pixels }.to_png()).unwrap();
            list.push(ClassedPicture { name: class.to_string(), path, class });
        }
        list.push(ClassedPicture { name: "x".into(), path: "absent.png".into(), class: 0 });
        let facts = ClassificationFacts::of_folders("x", vec!["a".into(), "b".into()]).unwrap();
        let data = |views| {
            let input = Size::new(16, 24);
            ClassificationDataset::new(list.clone(), &facts, input, views, BadImages::Skip).unwrap()
        };
        let make = |data: &ClassificationDataset, epoch, indices: &[usize]| {
            data.make(epoch, indices, &AtomicBool::new(false)).unwrap().unwrap()
        };
        let drawn = data(Views::Drawn(ClassificationAugment::default(), 7));
        let both = make(&drawn, 1, &[1, 2, 0]);
        assert_eq!((&*both.classes, &*both.indices), (&[1, 0][..], &[1, 0][..]));
        assert_eq!(both.images.len(), 2 * 16 * 24 * 3);
        assert_eq!(make(&drawn, 1, &[0]).images, both.images[16 * 24 * 3..]);
        assert!(make(&drawn, 2, &[0]).images != make(&drawn, 1, &[0]).images);
        assert_eq!(drawn.skipped().len(), 1);
        let erased = Appearance { erase_probability: 1.0, ..Appearance::default() };
        let varied = data(Views::Drawn(ClassificationAugment::default(), 7))
            .with_appearance(erased)
            .unwrap();
        assert!(make(&varied, 1, &[0]).images != make(&drawn, 1, &[0]).images);
        let still = data(Views::Central).with_appearance(erased).unwrap();
        assert_eq!(make(&still, 1, &[0]), make(&data(Views::Central), 1, &[0]));
        let central = data(Views::Central);
        assert_eq!(make(&central, 1, &[0]), make(&central, 2, &[0]));
    }
}
