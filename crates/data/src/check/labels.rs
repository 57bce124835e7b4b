//! Checks of label pictures: how often each class occurs.

use rayon::prelude::*;

use super::{Finding, Kind, Level};
use crate::segmentation::{IGNORED, LabelMap, LabelledPicture, SegmentationFacts};

/// Share of the labelled pixels below which a class counts as rare.
const RARE: f64 = 0.001;

const BROKEN: Kind = Kind {
    level: Level::Error,
    problem: "label picture that cannot be used",
    advice: "correct it, or add its values to the facts; --skip-bad-images leaves it out",
};
const ABSENT: Kind = Kind {
    level: Level::Warning,
    problem: "class of which no pixel is labelled",
    advice: "it cannot be learnt or scored here; its IoU counts as 0 in the mean over all classes",
};
const RARE_CLASS: Kind = Kind {
    level: Level::Note,
    problem: "class with less than 0.1 % of the labelled pixels",
    advice: "train.class_weights: Pixels weighs rare classes up",
};

/// Labelled pixels of a part of a data set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassCounts {
    /// Pixels per class, in the order of the facts.
    pub pixels: Vec<u64>,
    /// Pixels that take no part.
    pub ignored: u64,
}

impl ClassCounts {
    fn new(classes: usize) -> Self {
        Self { pixels: vec![0; classes], ignored: 0 }
    }

    fn count(mut self, map: &LabelMap) -> Self {
        for &class in &map.classes {
            match self.pixels.get_mut(usize::from(class)) {
                Some(pixels) => *pixels += 1,
                None => self.ignored += u64::from(class == IGNORED),
            }
        }
        self
    }

    fn join(mut self, other: &Self) -> Self {
        for (sum, more) in self.pixels.iter_mut().zip(&other.pixels) {
            *sum += more;
        }
        self.ignored += other.ignored;
        self
    }

    /// Share of a class of the labelled pixels.
    pub fn share(&self, class: usize) -> f64 {
        let all: u64 = self.pixels.iter().sum();
        self.pixels[class] as f64 / all.max(1) as f64
    }
}

/// Counts the pixels of each class in all label pictures, with the reasons why some cannot be read.
pub fn count_classes(
    pictures: &[LabelledPicture],
    facts: &SegmentationFacts,
) -> (ClassCounts, Vec<String>) {
    let (labelling, classes) = (facts.labelling(), facts.classes.len());
    let files: Vec<_> = pictures.iter().filter_map(|picture| picture.labels.as_ref()).collect();
    let read = files.par_iter().map(|file| LabelMap::read(file, &labelling));
    let counted = read.map(|map| match map {
        Ok(map) => (ClassCounts::new(classes).count(&map), None),
        Err(error) => (ClassCounts::new(classes), Some(error.to_string())),
    });
    let counted: Vec<_> = counted.collect();
    let sum = counted.iter().fold(ClassCounts::new(classes), |sum, (more, _)| sum.join(more));
    (sum, counted.into_iter().filter_map(|(_, reason)| reason).collect())
}

/// Findings about the labels of a part.
pub fn check_classes(
    counts: &ClassCounts,
    broken: Vec<String>,
    facts: &SegmentationFacts,
    pictures: usize,
) -> Vec<Finding> {
    let names = |wanted: &dyn Fn(usize) -> bool| -> Vec<String> {
        let places = (0..facts.classes.len()).filter(|&class| wanted(class));
        places.map(|class| facts.classes[class].name.clone()).collect()
    };
    let classes = facts.classes.len();
    let absent = names(&|class| counts.pixels[class] == 0);
    let rare = names(&|class| counts.pixels[class] > 0 && counts.share(class) < RARE);
    let findings = [
        BROKEN.finding(broken, pictures),
        ABSENT.finding(absent, classes),
        RARE_CLASS.finding(rare, classes),
    ];
    findings.into_iter().flatten().collect()
}
