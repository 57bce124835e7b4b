//! Experiment: search space, data, training, search.

use std::iter;
use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_base::Size;
use scalenas_data::bottom_up::BottomUpAugment;
use scalenas_data::segmentation::SegmentationAugment;
use scalenas_data::{Appearance, ClassificationAugment, DataFiles, TopDownAugment};
use scalenas_evolve::SearchConfig;
use scalenas_space::SpaceSpec;
use scalenas_train::{TaskSource, TrainOptions};
use serde::{Deserialize, Serialize};

use super::input::InputSize;
use super::space::SpaceChoice;
use super::synthetic::Synthetic;
use crate::task::{Variation, room};

/// Experiment, as a user writes it: RON with defaults.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Version of the format.
    pub version: u32,
    /// Search space; its heads are the tasks.
    pub space: SpaceChoice,
    /// Height and width of the network's input.
    pub input: InputSize,
    /// Data set folder, in the layout of the task.
    #[serde(default)]
    pub data: Option<PathBuf>,
    /// Files of the data set and how they are read, where that is not what the layout says.
    #[serde(default)]
    pub files: DataFiles,
    /// Joints (coco, crowdpose or a RON file) or classes (cityscapes or a RON file).
    #[serde(default)]
    pub facts: Option<String>,
    /// Augmentation of crops of people.
    #[serde(default)]
    pub augment: TopDownAugment,
    /// Augmentation of whole pictures of people.
    #[serde(default)]
    pub scenes: BottomUpAugment,
    /// Augmentation of crops of labelled pictures.
    #[serde(default)]
    pub crops: SegmentationAugment,
    /// Variation of pictures with a class.
    #[serde(default)]
    pub views: ClassificationAugment,
    /// Colours and erased rectangles of the training samples of every task.
    #[serde(default)]
    pub appearance: Appearance,
    /// Training of the supernet.
    #[serde(default)]
    pub train: TrainOptions,
    /// Data of the second task, for spaces with two.
    #[serde(default)]
    pub second: Option<TaskSource>,
    /// Search.
    #[serde(default)]
    pub search: SearchConfig,
    /// Synthetic data for `quickstart`.
    #[serde(default)]
    pub synth: Option<Synthetic>,
}

impl Experiment {
    /// Augmentation of training samples.
    pub fn variation(&self) -> Variation {
        Variation {
            top_down: self.augment,
            bottom_up: self.scenes,
            segmentation: self.crops,
            classification: self.views,
            appearance: self.appearance,
        }
    }

    /// Name or file of the facts, by default those of the task's best-known data set.
    pub fn facts(&self) -> Result<String> {
        let space = self.space.space()?;
        let head = space.heads.first().expect("a space has a head");
        Ok(self.facts.clone().unwrap_or_else(|| room(*head).facts().to_owned()))
    }

    /// Height and width of the network's input; the task's usual ones before they are chosen.
    pub fn input(&self) -> Result<Size> {
        let space = self.space.space()?;
        let head = space.heads.first().expect("a space has a head");
        Ok(self.input.given_or(room(*head).usual_input()))
    }

    /// Takes what the folder `data` says, where the experiment leaves it open: the facts, and the input by the
    /// pictures where it is [`InputSize::Auto`].
    pub fn settle(&mut self, data: &Path) -> Result<()> {
        let head = self.space.space()?.heads[0];
        if self.facts.is_none() {
            self.facts = room(head).facts_in(data)?;
        }
        if self.input == InputSize::Auto {
            let (space, sources) = (self.space.space()?, self.sources(data)?);
            let leading = space.heads.first().zip(sources.first());
            let (&head, source) = leading.expect("a space has a head, and every head a source");
            self.input = InputSize::Given(room(head).suited_input(source)?);
        }
        Ok(())
    }

    /// Folder and size of the data of every task, in the order of the heads; the first task's data
    /// is in the folder `data`.
    pub fn sources(&self, data: &Path) -> Result<Vec<TaskSource>> {
        let (data, facts, files) = (data.to_owned(), self.facts()?, self.files.clone());
        let (input, batch) = (self.input()?, self.train.batch);
        let first = TaskSource { data, facts, input, batch, files };
        Ok(iter::once(first).chain(self.second.clone()).collect())
    }

    /// The space with as many outputs as the data set has joints or classes.
    pub fn space(&self) -> Result<SpaceSpec> {
        let mut space = self.space.space()?;
        let named = iter::once(Some(self.facts()?));
        let second = self.second.as_ref().map(|second| second.facts.clone());
        let facts = named.chain(iter::repeat(second));
        for (head, facts) in space.heads.iter_mut().zip(facts) {
            let room = room(*head);
            *head = room.head(facts.as_deref().unwrap_or(room.facts()))?;
        }
        Ok(space)
    }
}
