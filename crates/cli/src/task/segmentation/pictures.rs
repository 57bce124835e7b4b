//! Labelled pictures of the parts of a data set.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use scalenas_data::segmentation::{LabelledPicture, find, look_like_positions};
use scalenas_data::{Part, Reading, SegmentationFacts, WholePictures};
use scalenas_train::TaskSource;

use crate::data::Share;
use crate::render::warn;

/// Pictures of a part of a data set, with their labels.
pub fn labelled(
    data: &Path,
    part: &str,
    share: Share,
    facts: &SegmentationFacts,
) -> Result<Vec<LabelledPicture>> {
    let folder = if share == Share::All { part } else { Part::Train.name() };
    let mut list = find(data, folder, facts)?;
    if share != Share::All {
        let names: Vec<&str> = list.iter().map(|picture| &*picture.name).collect();
        let mut chosen = share.chosen(data, &names)?.into_iter();
        list.retain(|_| chosen.next().unwrap_or(false));
    }
    warn_of_positions(&list, facts);
    Ok(list)
}

/// Pictures of a part of the data of a task, with their labels.
pub fn part(
    source: &TaskSource,
    part: Part,
    facts: &SegmentationFacts,
) -> Result<Vec<LabelledPicture>> {
    labelled(&source.data, part.name(), Share::of(source, part), facts)
}

/// Whole pictures, at most `most` of them if that is above 0.
pub fn whole(
    mut list: Vec<LabelledPicture>,
    facts: &SegmentationFacts,
    most: usize,
    reading: Reading,
) -> Arc<WholePictures> {
    if most > 0 {
        list.truncate(most);
    }
    WholePictures::new(list, facts, reading)
}

/// Warns of label pictures that hold positions of classes instead of ids.
pub fn warn_of_positions(pictures: &[LabelledPicture], facts: &SegmentationFacts) {
    if look_like_positions(pictures, facts) {
        let labels = pictures.iter().find_map(|picture| picture.labels.as_ref());
        warn(format!(
            "{}: the labels look like positions of classes (trainIds), but the facts {} expect ids \
             (labelIds): wrong classes would be learnt and scored; give a RON file of facts with ids 0 to {}",
            labels.map(|path| path.display().to_string()).unwrap_or_default(),
            facts.name,
            facts.classes.len() - 1,
        ));
    }
}
