//! Top-down data sets: annotations with their pictures, cropped to the input of a network.

use std::sync::Arc;

use anyhow::Result;
use scalenas_base::{PictureOptions, Size};
use scalenas_coco::CocoKeypoints;
use scalenas_data::{
    Augmentation, BoxCrop, BoxSource, HeatmapCodec, KeypointFacts, PersonBox, Reading,
    TopDownAugment, TopDownDataset, annotation_boxes, training_people,
};

use super::annotations::{read_part, warn_of};
use super::layout::Split;
use crate::error::user;

/// Part of a top-down data set, with its joints and the size of the network's input.
pub struct TopDownPart {
    /// Ground truth.
    pub coco: CocoKeypoints,
    /// Facts of the joints.
    pub facts: KeypointFacts,
    /// Height and width of the network's input.
    pub input: Size,
    /// Annotation file and picture folder.
    pub files: Split,
    /// Reading of the pictures.
    pub reading: Reading,
}

impl TopDownPart {
    /// Reads the annotations.
    pub fn read(
        files: Split,
        facts: &KeypointFacts,
        input: Size,
        reading: Reading,
    ) -> Result<Self> {
        let coco = read_people(&files, facts, reading.pictures)?;
        Ok(Self { coco, facts: facts.clone(), input, files, reading })
    }

    /// People of the training set, varied, with heatmaps of `sigma` or the usual one.
    pub fn training(
        &self,
        augment: TopDownAugment,
        sigma: Option<f64>,
        seed: u64,
    ) -> Result<TopDownDataset> {
        self.check_boxes()?;
        let codec = self.codec()?;
        let codec = sigma.map_or(Ok(codec), |sigma| codec.with_sigma(sigma))?;
        let dataset = self.dataset(training_people(&self.coco, self.form()), codec)?;
        Ok(dataset.with_augmentation(Augmentation::Training(augment), seed)?)
    }

    /// Annotated boxes, at most `max_people` of them if it is above 0.
    pub fn annotated(&self, max_people: usize) -> Result<Arc<TopDownDataset>> {
        self.check_boxes()?;
        let mut people = annotation_boxes(&self.coco, self.form());
        if max_people > 0 {
            people.truncate(max_people);
        }
        Ok(Arc::new(self.dataset(people, self.codec()?)?))
    }

    /// Warns of annotated boxes that cannot be cropped, and fails if none can.
    fn check_boxes(&self) -> Result<()> {
        let file = &self.files.annotations;
        warn_of(file, &self.coco.box_notes(file)?);
        Ok(())
    }

    /// Given boxes.
    pub fn boxes(&self, people: Vec<PersonBox>) -> Result<Arc<TopDownDataset>> {
        Ok(Arc::new(self.dataset(people, self.codec()?)?))
    }

    /// Form of the crops.
    pub fn form(&self) -> BoxCrop {
        BoxCrop { input: self.input, padding: self.files.box_padding }
    }

    fn codec(&self) -> Result<HeatmapCodec> {
        Ok(HeatmapCodec::new(self.input, self.facts.joints.len())?)
    }

    fn dataset(&self, people: Vec<PersonBox>, codec: HeatmapCodec) -> Result<TopDownDataset> {
        if people.is_empty() {
            return Err(user(format!(
                "{}: no usable person (crowds, people without joints and boxes outside the picture \
                 do not count)",
                self.files.annotations.display()
            )));
        }
        let facts = self.facts.clone();
        let dataset = TopDownDataset::new(&self.files.images, &self.coco, people, facts, codec)?;
        Ok(dataset.with_reading(self.reading))
    }
}

/// Reads the annotations of a part of a data set, with the boxes that are cropped.
pub fn read_people(
    files: &Split,
    facts: &KeypointFacts,
    options: PictureOptions,
) -> Result<CocoKeypoints> {
    let mut coco = read_part(files, facts, options)?;
    if files.boxes == BoxSource::Whole {
        coco.take_whole_pictures(&files.annotations)?;
    }
    Ok(coco)
}

/// Ids of the pictures of a data set's people, each once, in ascending order.
pub fn image_ids(dataset: &TopDownDataset) -> Vec<i64> {
    let mut ids: Vec<i64> = dataset.people().iter().map(|person| person.image_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
