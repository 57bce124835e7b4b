//! Data set, variation and limits with which the data of the tasks of a run is read.

use std::path::Path;

use anyhow::Result;
use scalenas_data::bottom_up::BottomUpAugment;
use scalenas_data::segmentation::SegmentationAugment;
use scalenas_data::{Appearance, ClassificationAugment, Framing, Reading, TopDownAugment};
use scalenas_space::Head;
use scalenas_train::{RunInfo, TaskSource};

use crate::data::{in_folder, reading_of};
use crate::error::user;

/// Variation of training samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variation {
    /// Crops of people.
    pub top_down: TopDownAugment,
    /// Whole pictures of people.
    pub bottom_up: BottomUpAugment,
    /// Crops of labelled pictures.
    pub segmentation: SegmentationAugment,
    /// Views of pictures with a class.
    pub classification: ClassificationAugment,
    /// Colours and erased rectangles of the training samples of every task.
    pub appearance: Appearance,
}

impl Variation {
    /// Checks the ranges of all tasks, those of the run or not.
    pub fn validate(&self) -> Result<()> {
        let Self { top_down, bottom_up, segmentation, classification, appearance } = self;
        top_down.validate()?;
        bottom_up.validate()?;
        segmentation.validate()?;
        classification.validate()?;
        Ok(appearance.validate()?)
    }

    /// Part of a picture that becomes the input of networks that learn from `source`.
    pub fn framing(&self, source: &TaskSource) -> Framing {
        Framing::of(&source.files, self.bottom_up.fit)
    }
}

/// Data set, variation and limits with which the data of the tasks of a run is read.
pub struct Request<'a> {
    /// Description of the run.
    pub info: &'a RunInfo,
    /// Folder of the data set of the leading task: that of the run or another.
    pub data: &'a Path,
    /// Variation of training samples.
    pub variation: Variation,
    /// Maximum number of held-out samples; 0 for all.
    pub max_samples: usize,
    /// Reading of pictures; those of a run are turned by their tags, too, where the run's are.
    pub reading: Reading,
}

impl Request<'_> {
    /// Place and size of the data of a head.
    pub(super) fn source(&self, head: Head) -> Result<TaskSource> {
        let space = &self.info.space.name;
        let task = self.info.task(head);
        let task = task.ok_or_else(|| user(format!("space {space} has no head {head:?}")))?;
        if self.info.space.heads.first() == Some(&head) {
            return in_folder(&task.source, self.data);
        }
        Ok(task.source.clone())
    }

    /// Reading of the pictures of a task's data.
    pub(super) fn reading(&self, source: &TaskSource) -> Reading {
        reading_of(source, self.reading)
    }
}
